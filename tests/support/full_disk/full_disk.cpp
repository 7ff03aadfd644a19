// Preloaded into PostgreSQL: lets a write that would make a file larger fail for lack of space while the file
// "tables" or "wal" stands in the folder that NAVETTE_FULL_DISK names. As on a real disk that is full, what
// has its place already can still be written.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

/// The function that PostgreSQL would have called without this library.
template <class Function>
Function* next(const char* name, Function*& found) {
    if (found == nullptr) {
        found = reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
    }
    return found;
}

/// Whether the test says that the disk below this path is full.
bool is_full(const char* path) {
    const char* folder = std::getenv("NAVETTE_FULL_DISK");
    const char* part = std::strstr(path, "/base/") != nullptr     ? "tables"
                       : std::strstr(path, "/pg_wal/") != nullptr ? "wal"
                                                                  : nullptr;
    if (folder == nullptr || part == nullptr) {
        return false;
    }
    std::array<char, 512> flag{};
    std::snprintf(flag.data(), flag.size(), "%s/%s", folder, part);
    return access(flag.data(), F_OK) == 0;
}

/// Whether the file would have to grow to hold what ends there, and must not.
bool finds_no_room(int file, off_t end) {
    struct stat state{};
    if (fstat(file, &state) != 0 || !S_ISREG(state.st_mode) || end <= state.st_size) {
        return false;
    }
    std::array<char, 64> link{};
    std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", file);
    std::array<char, 512> path{};
    return readlink(link.data(), path.data(), path.size() - 1) > 0 && is_full(path.data());
}

off_t size_of(const iovec* parts, int count) {
    off_t size = 0;
    for (int at = 0; at < count; ++at) {
        size += static_cast<off_t>(parts[at].iov_len);
    }
    return size;
}

ssize_t refuse() {
    errno = ENOSPC;
    return -1;
}

}  // namespace

extern "C" {

ssize_t write(int file, const void* data, size_t size) {
    static decltype(&write) real = nullptr;
    const auto at = lseek(file, 0, SEEK_CUR);
    return at >= 0 && finds_no_room(file, at + static_cast<off_t>(size))
               ? refuse()
               : next("write", real)(file, data, size);
}

ssize_t pwrite(int file, const void* data, size_t size, off_t offset) {
    static decltype(&pwrite) real = nullptr;
    return finds_no_room(file, offset + static_cast<off_t>(size))
               ? refuse()
               : next("pwrite", real)(file, data, size, offset);
}

ssize_t pwritev(int file, const iovec* parts, int count, off_t offset) {
    static decltype(&pwritev) real = nullptr;
    return finds_no_room(file, offset + size_of(parts, count))
               ? refuse()
               : next("pwritev", real)(file, parts, count, offset);
}

int posix_fallocate(int file, off_t offset, off_t size) {
    static decltype(&posix_fallocate) real = nullptr;
    return finds_no_room(file, offset + size) ? ENOSPC : next("posix_fallocate", real)(file, offset, size);
}
}
