#include "daemon/config/text_file.hpp"

#include <cerrno>
#include <fstream>
#include <system_error>

namespace navette::config {

core::Result<std::string> read_text_file(const std::filesystem::path& file, std::size_t limit) {
    std::error_code error;
    const auto status = std::filesystem::status(file, error);
    if (status.type() == std::filesystem::file_type::not_found) {
        return core::failure(core::ErrorKind::not_found, "does not exist");
    }
    if (std::filesystem::is_directory(status)) {
        return core::failure(core::ErrorKind::invalid, "is a directory, expected a file");
    }
    errno = 0;
    std::ifstream stream(file, std::ios::binary);
    if (!stream) {
        const std::error_code reason(errno, std::generic_category());
        return core::failure(core::ErrorKind::permission, "cannot be opened: " + reason.message());
    }
    // One byte more than allowed tells a file that is too long, pipes and devices included.
    std::string text(limit + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (stream.bad()) {
        return core::failure(core::ErrorKind::unavailable, "cannot be read to its end");
    }
    text.resize(static_cast<std::size_t>(stream.gcount()));
    if (text.size() > limit) {
        return core::failure(
            core::ErrorKind::invalid,
            "is too large, expected at most " + std::to_string(limit / 1024) + " KiB"
        );
    }
    return text;
}

}  // namespace navette::config
