/**
 * @file
 * Files of named arrays: `.params` files, mean images. Elements of every type are read as float32.
 */
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model.hpp"

namespace libpredict {

/**
 * Reads the arrays of a file's content.
 *
 * @return the arrays, float32, with the names that the file has, prefixes included; `params`: the
 *   content is damaged; `size`: it is 2 GiB or more
 */
inline Result<std::vector<NamedTensor>>
read_ndarrays(const Bytes &content, const std::optional<Library> &library = std::nullopt) {
    const Result<Library> used = library ? Result<Library>(*library) : Library::standard();
    if (!used) return used.error();
    const capi::Api &api = used->api();
    const Result<capi::MXNDListCreateResult> list = api.MXNDListCreate(content, content.size());
    if (!list) return list.error();
    std::vector<NamedTensor> arrays;
    for (std::uint32_t i = 0; i < list->out_length; i++) {
        const Result<capi::MXNDListGetResult> array = api.MXNDListGet(list->out, i);
        if (!array) return array.error();
        Result<Tensor> tensor =
            Tensor::copy_of(array->out_data, DType::float32,
                            Shape(array->out_shape.begin(), array->out_shape.end()));
        if (!tensor) return tensor.error();
        arrays.push_back({std::string(array->out_key), std::move(*tensor)});
    }
    return arrays;
}

/** Reads the arrays of a file. @return as read_ndarrays; `load`: the file cannot be read */
inline Result<std::vector<NamedTensor>>
load_ndarrays(const std::filesystem::path &file,
              const std::optional<Library> &library = std::nullopt) {
    std::string reason;
    const auto content = detail::read_file(file, reason);
    if (!content)
        return detail::not_loaded("array file \"" + file.string() + "\"",
                                  {{"file", file.string(), reason}});
    return read_ndarrays(content->bytes(), library);
}

} // namespace libpredict
