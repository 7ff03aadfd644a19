#include "tests/support/full_disk.hpp"

#include "tests/support/fresh_folder.hpp"

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>

namespace navette::test {

namespace fs = std::filesystem;

namespace {

/// While it lives, what this process starts has the library in it. It does nothing in other programs than the
/// server, and is not loaded into this one.
class Preloaded {
  public:
    explicit Preloaded(const fs::path& folder) {
        setenv("NAVETTE_FULL_DISK", folder.c_str(), 1);
        setenv("LD_PRELOAD", (folder / "full_disk.so").c_str(), 1);
    }
    ~Preloaded() {
        unsetenv("LD_PRELOAD");
        unsetenv("NAVETTE_FULL_DISK");
    }
    Preloaded(const Preloaded&) = delete;
    Preloaded& operator=(const Preloaded&) = delete;
};

}  // namespace

FullDisk::FullDisk() : folder_(fresh_folder("navette-full-disk")) {
    // The server's user may not reach the build tree.
    fs::create_directories(folder_);
    fs::permissions(
        folder_,
        fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec | fs::perms::others_read |
            fs::perms::others_exec
    );
    fs::copy_file(fs::path(NAVETTE_BINARY_DIR) / "lib/test_preload/full_disk.so", folder_ / "full_disk.so");
    const Preloaded preloaded(folder_);
    cluster_ = std::make_unique<PrivateCluster>();
}

FullDisk::~FullDisk() {
    clear();
    cluster_.reset();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

void FullDisk::fill(Part part) const {
    if (!(std::ofstream(flag(part)) << "full\n")) {
        throw std::runtime_error("cannot write " + flag(part).string());
    }
}

void FullDisk::clear() const {
    std::error_code ignored;
    fs::remove(flag(Part::tables), ignored);
    fs::remove(flag(Part::wal), ignored);
}

void FullDisk::restart() {
    const Preloaded preloaded(folder_);
    cluster_->restart();
}

fs::path FullDisk::flag(Part part) const {
    return folder_ / (part == Part::tables ? "tables" : "wal");
}

}  // namespace navette::test
