// Built for another SDK: its tag says so, and none of its code may run.
#include <cstdlib>

namespace {

const int kMustNotRun = [] {
    std::abort();
    return 0;
}();

}  // namespace

extern "C" __attribute__((visibility("default"), used))
const char navette_connector_abi_sdk999_boost108100_clang19_1_debug = 1;
extern "C" __attribute__((visibility("default"), used)) void* navette_connector_create() {
    return nullptr;
}
