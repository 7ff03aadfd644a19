// A folder for one test under the temporary directory.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

namespace navette::test {

/// "/tmp/<prefix>-<pid>-<n>", a new number at each call; not made yet. What a killed process of the same
/// number left behind is removed.
inline std::filesystem::path fresh_folder(const std::string& prefix) {
    static int count = 0;
    auto folder = std::filesystem::temp_directory_path() /
                  (prefix + "-" + std::to_string(getpid()) + "-" + std::to_string(++count));
    std::filesystem::remove_all(folder);
    return folder;
}

}  // namespace navette::test
