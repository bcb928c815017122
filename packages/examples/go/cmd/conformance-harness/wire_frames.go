// Frames: two sizes, JSON, payload.

package main

import (
	"encoding/binary"
	"encoding/json"
	"io"
)

func readFrame(in io.Reader) (*request, []byte, error) {
	var sizes [2]uint32
	if err := binary.Read(in, binary.LittleEndian, &sizes); err != nil {
		return nil, nil, err
	}
	data := make([]byte, int(sizes[0])+int(sizes[1]))
	if _, err := io.ReadFull(in, data); err != nil {
		return nil, nil, err
	}
	m := new(request)
	return m, data[sizes[0]:], json.Unmarshal(data[:sizes[0]], m)
}

func writeFrame(out io.Writer, result answer, payload []byte) error {
	text, err := json.Marshal(result)
	if err != nil {
		return err
	}
	frame := binary.LittleEndian.AppendUint32(nil, uint32(len(text)))
	frame = binary.LittleEndian.AppendUint32(frame, uint32(len(payload)))
	_, err = out.Write(append(append(frame, text...), payload...))
	return err
}
