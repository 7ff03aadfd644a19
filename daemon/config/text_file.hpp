// Reads a small text file whole, with a sentence for whatever can be wrong with it.
#pragma once

#include "daemon/core/error.hpp"

#include <cstddef>
#include <filesystem>
#include <string>

namespace navette::config {

/// The file's bytes. The error says what is wrong ("does not exist") without repeating the file's name.
[[nodiscard]] core::Result<std::string> read_text_file(const std::filesystem::path& file, std::size_t limit);

}  // namespace navette::config
