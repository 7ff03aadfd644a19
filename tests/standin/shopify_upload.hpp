// A staged upload as a cloud storage takes it: a form of the signed parameters, and the file behind them.
#pragma once

#include "tests/standin/message.hpp"

#include <cstddef>
#include <expected>
#include <string>
#include <utility>
#include <vector>

namespace navette::standin {

using UploadParameters = std::vector<std::pair<std::string, std::string>>;

/// The file of a multipart/form-data request; else why the storage refuses it: a parameter that is missing,
/// strange, has another value or stands elsewhere than in the order given, a file that is not last or has no
/// type, or is larger than `most` bytes, or a body that is no such form to the last byte.
[[nodiscard]] std::expected<std::string, std::string> uploaded_file(
    const Request& request, const UploadParameters& parameters, std::size_t most
);

}  // namespace navette::standin
