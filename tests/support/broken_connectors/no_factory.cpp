// Carries the right tag but makes no connector.
#include <navette/sdk/abi.hpp>

extern "C" __attribute__((visibility("default"), used)) const char NAVETTE_ABI_TAG = 1;
