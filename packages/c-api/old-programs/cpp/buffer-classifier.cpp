// A classifier in the C++ of 2015: a class around a file's bytes, vectors, no exceptions.
// Usage: buffer-classifier SYMBOL PARAMS IMAGE...
#include <stdio.h>
#include <stdlib.h>

#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include <mxnet/c_predict_api.h>

// Read file to buffer
class BufferFile {
  public:
    explicit BufferFile(const std::string &path) : path_(path), length_(0), buffer_(NULL) {
        std::ifstream ifs(path.c_str(), std::ios::in | std::ios::binary);
        if (!ifs) {
            std::cerr << "Can't open the file. Please check " << path << "." << std::endl;
            return;
        }
        ifs.seekg(0, std::ios::end);
        length_ = static_cast<int>(ifs.tellg());
        ifs.seekg(0, std::ios::beg);
        buffer_ = new char[length_ + 1];
        ifs.read(buffer_, length_);
        buffer_[length_] = '\0';
    }
    ~BufferFile() { delete[] buffer_; }
    int GetLength() const { return length_; }
    char *GetBuffer() const { return buffer_; }

  private:
    std::string path_;
    int length_;
    char *buffer_;
    BufferFile(const BufferFile &);
    void operator=(const BufferFile &);
};

static bool LoadImage(const char *path, std::vector<mx_float> *image) {
    BufferFile file(path);
    int width = 0, height = 0, maximum = 1, offset = 0;
    if (file.GetBuffer() == NULL ||
        sscanf(file.GetBuffer(), "P5 %d %d %d%n", &width, &height, &maximum, &offset) != 3 ||
        offset + 1 + width * height > file.GetLength()) {
        return false;
    }
    image->clear();
    for (int i = 0; i < width * height; i++) {
        image->push_back(static_cast<unsigned char>(file.GetBuffer()[offset + 1 + i]) /
                         static_cast<mx_float>(maximum));
    }
    return true;
}

static void PrintOutputResult(const std::vector<float> &data) {
    for (size_t i = 0; i < data.size(); i++) {
        printf("Accuracy[%d] = %.6f\n", static_cast<int>(i), data[i]);
    }
}

int main(int argc, char *argv[]) {
    if (argc < 4) {
        std::cout << "usage: buffer-classifier SYMBOL PARAMS IMAGE..." << std::endl;
        return 1;
    }
    BufferFile json_data(argv[1]);
    BufferFile param_data(argv[2]);
    if (json_data.GetLength() == 0 || param_data.GetLength() == 0) {
        return 1;
    }
    int dev_type = 1;  // 1: cpu, 2: gpu
    int dev_id = 0;
    const char *input_key[1] = {"data"};
    const char **input_keys = input_key;
    const mx_uint input_shape_indptr[2] = {0, 4};
    const mx_uint input_shape_data[4] = {1, 1, 8, 8};
    PredictorHandle pred_hnd = 0;
    if (MXPredCreate((const char *)json_data.GetBuffer(), (const char *)param_data.GetBuffer(),
                     static_cast<size_t>(param_data.GetLength()), dev_type, dev_id, 1, input_keys,
                     input_shape_indptr, input_shape_data, &pred_hnd) != 0) {
        std::cerr << MXGetLastError() << std::endl;
        return 1;
    }
    for (int k = 3; k < argc; k++) {
        std::vector<mx_float> image_data;
        if (!LoadImage(argv[k], &image_data)) {
            return 1;
        }
        MXPredSetInput(pred_hnd, "data", image_data.data(), image_data.size());
        MXPredForward(pred_hnd);
        mx_uint output_index = 0;
        mx_uint *shape = 0;
        mx_uint shape_len;
        MXPredGetOutputShape(pred_hnd, output_index, &shape, &shape_len);
        size_t size = 1;
        for (mx_uint i = 0; i < shape_len; ++i) size *= shape[i];
        std::vector<float> data(size);
        MXPredGetOutput(pred_hnd, output_index, &(data[0]), size);
        PrintOutputResult(data);
    }
    MXPredFree(pred_hnd);
    return 0;
}
