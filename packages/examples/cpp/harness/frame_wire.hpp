/**
 * @file
 * The frames of the conformance protocol on standard input and output. Libraries print on standard
 * output; the wire moves to a descriptor of its own, and what is printed goes to standard error.
 */
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#if defined(_WIN32)
#include <fcntl.h>
#include <io.h>
#else
#include <unistd.h>
#endif

class FrameWire {
public:
    FrameWire() {
#if defined(_WIN32)
        out_ = _fdopen(_dup(1), "wb");
        _dup2(2, 1);
        _setmode(_fileno(out_), _O_BINARY);
        _setmode(0, _O_BINARY);
#else
        out_ = fdopen(dup(1), "wb");
        dup2(2, 1);
#endif
    }
    FrameWire(const FrameWire &) = delete;
    FrameWire &operator=(const FrameWire &) = delete;
    ~FrameWire() {
        if (out_ != nullptr) std::fclose(out_);
    }

    /** The next frame; false at the end of the input. */
    bool read(std::string &json, std::vector<unsigned char> &payload) {
        unsigned char head[8];
        if (std::fread(head, 1, sizeof head, stdin) != sizeof head) return false;
        json.resize(number_at(head));
        payload.reserve(1); // no bytes are not NULL
        payload.resize(number_at(head + 4));
        return std::fread(json.data(), 1, json.size(), stdin) == json.size() &&
               std::fread(payload.data(), 1, payload.size(), stdin) == payload.size();
    }

    void write(const std::string &json, const std::vector<unsigned char> &payload) {
        write_number(json.size());
        write_number(payload.size());
        std::fwrite(json.data(), 1, json.size(), out_);
        std::fwrite(payload.data(), 1, payload.size(), out_);
        std::fflush(out_);
    }

private:
    static std::size_t number_at(const unsigned char *bytes) {
        std::size_t number = 0;
        for (int i = 3; i >= 0; i--) number = (number << 8) | bytes[i];
        return number;
    }
    void write_number(std::size_t number) {
        for (int i = 0; i < 4; i++) std::fputc(static_cast<int>((number >> (8 * i)) & 255), out_);
    }

    std::FILE *out_ = nullptr;
};
