// ./dev bench limits: how much of what a platform allows is used, and how often it has to refuse. Takes 80 s.
#include "tests/bench/limits_run.hpp"

#include <exception>
#include <iostream>

namespace {

using namespace navette::bench;

void measure(int count, char** arguments) {
    const Workspace workspace;
    const Cluster cluster(workspace);
    const auto use = use_limits(
        workspace,
        cluster,
        1,
        {{"items", 1, true, false},
         {"searches", 1, false, true},
         {"shared-", 4, true, false},
         {"both-", 2, true, true}}
    );
    use.table.print();
    Report report("limits", count, arguments);
    report.figure("utilisation", use.utilisation);
    report.figure("rejected_share", use.rejected_share);
    report.finish();
}

}  // namespace

int main(int count, char** arguments) {
    try {
        measure(count, arguments);
    } catch (const std::exception& error) {
        std::cerr << "limits: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
