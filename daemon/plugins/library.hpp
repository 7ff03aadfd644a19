// One connector library: its ABI tag is read from the file's symbol table before any of its code may run.
#pragma once

#include "daemon/core/error.hpp"

#include <navette/sdk/connector.hpp>

#include <filesystem>
#include <memory>
#include <string>

namespace navette::plugins {

/// The tag a library must carry to be loaded by this very program.
[[nodiscard]] std::string expected_abi_tag();

/// The tag that the library carries, read without loading it. Fails where the file is no library or carries
/// none.
[[nodiscard]] core::Result<std::string> abi_tag_of(const std::filesystem::path& library);

/// Loads the library and makes its connector. The library stays in the process for good.
[[nodiscard]] core::Result<std::shared_ptr<sdk::Connector>> load_library(const std::filesystem::path& library
);

}  // namespace navette::plugins
