#include "tests/bench/harness/process_times.hpp"

#include <unistd.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace navette::bench {

ProcessTimes process_times(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    const std::string stat{std::istreambuf_iterator<char>(file), {}};
    // The command's name stands in parentheses and may hold spaces. After it: state, parent, ..., and as 14th
    // to 17th field of the whole utime, stime, cutime, cstime.
    std::istringstream fields(stat.empty() ? stat : stat.substr(stat.rfind(')') + 1));
    ProcessTimes times;
    std::string skipped;
    fields >> skipped >> times.parent;
    for (int field = 5; field < 14; ++field) {
        fields >> skipped;
    }
    double user = 0;
    double system = 0;
    double children_user = 0;
    double children_system = 0;
    fields >> user >> system >> children_user >> children_system;
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    times.own = std::chrono::duration<double>((user + system) / ticks);
    times.ended_children = std::chrono::duration<double>((children_user + children_system) / ticks);
    return times;
}

}  // namespace navette::bench
