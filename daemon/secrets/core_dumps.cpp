#include "daemon/secrets/core_dumps.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace navette::secrets {

// Neither call fails with these arguments, and there would be nothing to do about it.

void suspend_core_dumps() {
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    rlimit limit{};
    getrlimit(RLIMIT_CORE, &limit);
    limit.rlim_cur = 0;
    setrlimit(RLIMIT_CORE, &limit);
}

void forbid_core_dumps() {
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    const rlimit none{};
    setrlimit(RLIMIT_CORE, &none);
}

void allow_core_dumps() {
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    rlimit limit{};
    getrlimit(RLIMIT_CORE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_CORE, &limit);
}

}  // namespace navette::secrets
