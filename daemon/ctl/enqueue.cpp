// enqueue
#include "daemon/ctl/command.hpp"
#include "daemon/ctl/job_options.hpp"
#include "daemon/ctl/moment.hpp"
#include "daemon/store/admin_queue.hpp"

#include <boost/json/array.hpp>

namespace navette::ctl {

namespace {

Result<ExitCode> enqueue(const Arguments& arguments, Context& context) {
    auto job = read_job(arguments);
    if (!job) {
        return std::unexpected(job.error());
    }
    const auto priority = arguments.number("priority", 5, 1, 10);
    if (!priority) {
        return std::unexpected(priority.error());
    }
    job->priority = static_cast<int>(*priority);
    if (const auto at = arguments.value("at")) {
        auto moment = parse_future("at", *at, current_moment());
        if (!moment) {
            return std::unexpected(moment.error());
        }
        job->run_at = std::move(*moment);
    }
    if (const auto run = arguments.value("run")) {
        if (run->empty()) {
            return fail(ExitCode::usage, "--run needs a name");
        }
        job->origin = "run:" + *run;
    }
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    const auto ids = store::enqueue(**database, *job);
    if (!ids) {
        return fail(ids.error());
    }
    const auto& console = context.console();
    if (console.json()) {
        console.print_json({{"jobs", boost::json::array(ids->begin(), ids->end())}});
        return ExitCode::ok;
    }
    if (ids->empty()) {
        console.print_line(
            "no job was made: tenant " + printable(job->tenant) +
            " has no enabled integration whose platform takes " + printable(job->event_type)
        );
        console.remark(
            "the platforms' events are known once a daemon with their connectors has run on this database"
        );
        return ExitCode::ok;
    }
    for (const auto id : *ids) {
        console.print_line("job " + std::to_string(id));
    }
    return ExitCode::ok;
}

}  // namespace

Commands enqueue_commands() {
    auto syntax = job_syntax(true);
    syntax.options.emplace_back("priority", "N", "1 (first) to 10 (default: 5)");
    syntax.options.emplace_back("at", "TIME", "not before: 10m (from now), 2026-12-01T08:00Z");
    syntax.options.emplace_back(
        "run", "NAME", "part of a run that can be undone: navettectl undo --run run:NAME"
    );
    Commands commands;
    commands.push_back(
        {"enqueue",
         "hand over one event, as an application does by SELECT navette.enqueue(...)",
         std::move(syntax),
         "Without --integration, every enabled integration of the tenant whose platform takes the event gets "
         "a job. Example:\n"
         "  navettectl enqueue --tenant lumira --event order.paid --entity order --id LU240515001 --data "
         "@order.json\n",
         enqueue}
    );
    return commands;
}

}  // namespace navette::ctl
