// Each in a process of its own: what these functions set cannot be taken back.
#include "daemon/secrets/core_dumps.hpp"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdlib>

namespace navette::secrets {
namespace {

bool is_dumpable() {
    return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1;
}

rlimit core_limit() {
    rlimit limit{};
    getrlimit(RLIMIT_CORE, &limit);
    return limit;
}

TEST(CoreDumps, AreSuspendedAtFirst) {
    EXPECT_EXIT(
        {
            const auto before = core_limit();
            suspend_core_dumps();
            const auto after = core_limit();
            std::exit(!is_dumpable() && after.rlim_cur == 0 && after.rlim_max == before.rlim_max ? 7 : 1);
        },
        testing::ExitedWithCode(7),
        ""
    );
}

TEST(CoreDumps, AreForbiddenForGood) {
    EXPECT_EXIT(
        {
            suspend_core_dumps();
            forbid_core_dumps();
            const auto after = core_limit();
            std::exit(!is_dumpable() && after.rlim_cur == 0 && after.rlim_max == 0 ? 7 : 1);
        },
        testing::ExitedWithCode(7),
        ""
    );
}

TEST(CoreDumps, AreAllowedAgainWhereTheAdministratorSaysSo) {
    EXPECT_EXIT(
        {
            const auto before = core_limit();
            suspend_core_dumps();
            allow_core_dumps();
            std::exit(is_dumpable() && core_limit().rlim_cur == before.rlim_max ? 7 : 1);
        },
        testing::ExitedWithCode(7),
        ""
    );
}

}  // namespace
}  // namespace navette::secrets
