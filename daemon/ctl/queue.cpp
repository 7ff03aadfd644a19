// queue list, show, retry, cancel
#include "daemon/core/pace.hpp"
#include "daemon/ctl/command.hpp"
#include "daemon/ctl/json_text.hpp"
#include "daemon/ctl/log_line.hpp"
#include "daemon/ctl/moment.hpp"
#include "daemon/ctl/record_text.hpp"
#include "daemon/store/admin_queue.hpp"

#include <algorithm>
#include <charconv>
#include <set>

namespace navette::ctl {

namespace {

namespace json = boost::json;

/// The filters that list, retry and cancel share.
Result<store::JobFilter> read_filter(const Arguments& arguments) {
    store::JobFilter filter;
    filter.tenant = arguments.value("tenant");
    filter.integration = arguments.value("integration");
    filter.event = arguments.value("event");
    filter.entity = arguments.value("entity");
    filter.outcome = arguments.value("outcome");
    filter.error = arguments.value("error");
    for (const auto& [name, bound] :
         {std::pair("since", &store::JobFilter::since), std::pair("until", &store::JobFilter::until)}) {
        if (const auto text = arguments.value(name)) {
            auto moment = parse_past(name, *text, current_moment());
            if (!moment) {
                return std::unexpected(moment.error());
            }
            filter.*bound = std::move(*moment);
        }
    }
    const auto status = arguments.choice("status", {"pending", "processing", "failed", "waiting"});
    if (!status) {
        return std::unexpected(status.error());
    }
    filter.status = *status;
    if (arguments.has("failed")) {
        filter.status = "failed";
    }
    return filter;
}

Result<ExitCode> list(const Arguments& arguments, Context& context) {
    const auto filter = read_filter(arguments);
    const auto limit = arguments.number("limit", 50, 1, 100'000);
    const auto after = arguments.number("after", 0, 0, INT64_MAX);
    if (!filter || !limit || !after) {
        return std::unexpected(!filter ? filter.error() : !limit ? limit.error() : after.error());
    }
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    const auto jobs = store::list_queue(**database, *filter, *after, static_cast<int>(*limit));
    if (!jobs) {
        return fail(jobs.error());
    }
    const auto& console = context.console();
    if (console.json()) {
        console.print_json(array_of(*jobs));
        return ExitCode::ok;
    }
    const auto now = current_moment();
    Table table(
        {{"JOB", true},
         {"TENANT"},
         {"INTEGRATION"},
         {"EVENT"},
         {"ENTITY"},
         {"STATUS"},
         {"PRIO", true},
         {"TRIES", true},
         {"AGE"},
         {"DUE"},
         {"WAITS FOR"},
         {"REASON"}}
    );
    for (const auto& job : *jobs) {
        table.add(
            {shown(job, "id"),
             shown(job, "tenant_id"),
             shown(job, "integration_id"),
             shown(job, "event_type"),
             shown(job, "entity_type") + " " + shown(job, "entity_id"),
             state_cell(shown(job, "status")),
             shown(job, "priority"),
             shown(job, "attempts"),
             shown_age(shown(job, "created_at"), now),
             shown(job, "status") == "pending" ? shown_age(shown(job, "run_at"), now) : "",
             shown(job, "waits_for"),
             shown(job, "last_error")}
        );
    }
    console.print_table(table, "no jobs fit");
    if (static_cast<std::int64_t>(jobs->size()) == *limit) {
        console.remark("there may be more: --after " + shown(jobs->back(), "id"));
    }
    return ExitCode::ok;
}

Result<std::int64_t> job_id(const Arguments& arguments) {
    return arguments.number("JOB", 0, 1, INT64_MAX);
}

void print_job(const store::Record& job, const Console& console) {
    console.print(details_text(
        job,
        {"id",        "tenant_id", "integration_id", "event_type",  "entity_type", "entity_id",
         "operation", "direction", "status",         "priority",    "attempts",    "max_retries",
         "run_at",    "waits_for", "waits_since",    "outcome",     "last_error",  "maybe_applied",
         "deaths",    "failed_at", "origin",         "external_id", "created_at"},
        console.layout()
    ));
    console.print_line("data\n" + pretty_json(job.at("data")));
    for (const auto* name : {"last_request", "last_response"}) {
        if (const auto& value = job.at(name); !value.is_null()) {
            console.print_line(std::string(name) + "\n" + pretty_json(value));
        }
    }
}

Result<ExitCode> show(const Arguments& arguments, Context& context) {
    const auto id = job_id(arguments);
    if (!id) {
        return std::unexpected(id.error());
    }
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    const auto tenant = arguments.value("tenant");
    const auto story = store::find_job_story(**database, *id, tenant);
    if (!story) {
        return fail(story.error());
    }
    const auto& [job, logs, links] = *story;
    const auto& console = context.console();
    if (console.json()) {
        console.print_json(
            {{"job", job ? json::value(*job) : json::value()},
             {"logs", array_of(logs)},
             {"links", array_of(links)}}
        );
        return ExitCode::ok;
    }
    if (job) {
        print_job(*job, console);
    } else {
        console.print_line("job " + std::to_string(*id) + " is finished");
    }
    console.print_line("attempts");
    for (const auto& log : logs) {
        console.print(log_line(log, arguments.has("verbose"), console.layout()));
    }
    if (logs.empty()) {
        console.print_line("  none yet");
    }
    console.print_line("link");
    for (const auto& link : links) {
        console.print_line(
            "  " +
            printable(
                shown(link, "object") + " " + shown(link, "entity_id") + " is " + shown(link, "remote_id")
            ) +
            " there, sent last at " + shown_moment(shown(link, "synced_at"))
        );
    }
    if (links.empty()) {
        console.print_line("  none: the record is not known to be on the platform");
    }
    return ExitCode::ok;
}

Result<std::vector<std::int64_t>> job_ids(const Arguments& arguments) {
    std::vector<std::int64_t> ids;
    for (const auto& word : arguments.list("JOB")) {
        std::int64_t id = 0;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), id);
        if (error != std::errc() || end != word.data() + word.size() || id < 1) {
            return fail(ExitCode::usage, "'" + word + "' is no job's id; see: navettectl queue list");
        }
        ids.push_back(id);
    }
    return ids;
}

/// "100/m" as the time from one job to the next; none: no time.
Result<std::chrono::microseconds> read_gap(const Arguments& arguments) {
    using std::chrono::microseconds;
    const auto text = arguments.value("rate");
    if (!text) {
        return microseconds(0);
    }
    const auto gap = core::parse_pace(*text);
    if (!gap) {
        return fail(
            ExitCode::usage, "--rate: '" + *text + "' is no rate, expected one such as 5/s, 100/m or 1000/h"
        );
    }
    return *gap;
}

ExitCode print_retried(const store::Records& revived, const Console& console) {
    std::int64_t jobs = 0;
    std::string until;
    Table table({{"TENANT"}, {"INTEGRATION"}, {"JOBS", true}, {"THE LAST DUE"}});
    for (const auto& one : revived) {
        jobs += integer_of(one, "jobs");
        until = std::max(until, shown(one, "until"));
        table.add(
            {shown(one, "tenant_id"),
             shown(one, "integration_id"),
             shown(one, "jobs"),
             shown_moment(shown(one, "until"))}
        );
    }
    if (console.json()) {
        console.print_json(
            {{"jobs", jobs},
             {"until", jobs > 0 ? json::value(until) : json::value()},
             {"integrations", array_of(revived)}}
        );
    } else {
        console.print_table(table, "no dead letters fit");
    }
    return ExitCode::ok;
}

/// Why a job could not be touched.
Failure untouchable(
    store::AdminSession& database, std::int64_t id, const std::optional<std::string>& tenant
) {
    const auto job = store::find_job(database, id, tenant);
    if (!job) {
        return job.error();
    }
    if (!*job) {
        return {
            ExitCode::not_found,
            "there is no unfinished job " + std::to_string(id) + "; see: navettectl queue show " +
                std::to_string(id)
        };
    }
    return {
        ExitCode::failed,
        "job " + std::to_string(id) + " is just being sent; try again when its attempt is over"
    };
}

/// The first of `wanted` that is not in `touched` ends the command; what was touched stays so.
Result<ExitCode> ended(
    store::AdminSession& database,
    const std::vector<std::int64_t>& wanted,
    const std::set<std::int64_t>& touched,
    const std::optional<std::string>& tenant
) {
    const auto left = std::ranges::find_if(wanted, [&](auto id) { return !touched.contains(id); });
    if (left != wanted.end()) {
        return std::unexpected(untouchable(database, *left, tenant));
    }
    return ExitCode::ok;
}

/// Either jobs are named, or filters choose them.
Result<void> check_choice(const Arguments& arguments, bool by_filter, const std::string& command) {
    const std::string help("; see: navettectl queue " + command + " --help");
    if (by_filter == !arguments.list("JOB").empty()) {
        return fail(ExitCode::usage, "name jobs, or choose them by options" + help);
    }
    for (const auto* name :
         {"integration", "event", "entity", "outcome", "error", "since", "until", "status"}) {
        if (!by_filter && arguments.has(name)) {
            return fail(ExitCode::usage, "--" + std::string(name) + " does not go with named jobs" + help);
        }
    }
    return {};
}

Result<ExitCode> retry(const Arguments& arguments, Context& context) {
    const bool by_filter = arguments.has("failed") || arguments.has("all-failed");
    const auto choice = check_choice(arguments, by_filter, "retry");
    const auto filter = read_filter(arguments);
    const auto ids = job_ids(arguments);
    const auto gap = read_gap(arguments);
    if (!choice || !filter || !ids || !gap) {
        return std::unexpected(
            !choice   ? choice.error()
            : !filter ? filter.error()
            : !ids    ? ids.error()
                      : gap.error()
        );
    }
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    const auto tenant = arguments.value("tenant");
    const auto revived = by_filter ? store::retry_dead_letters(**database, *filter, *gap)
                                   : store::retry_jobs(**database, *ids, tenant, *gap);
    if (!revived) {
        return fail(revived.error());
    }
    if (by_filter) {
        return print_retried(*revived, context.console());
    }
    std::set<std::int64_t> touched;
    for (const auto& one : *revived) {
        if (const auto* list = one.at("ids").if_array()) {
            for (const auto& id : *list) {
                touched.insert(id.as_int64());
            }
        }
    }
    if (!touched.empty()) {
        print_retried(*revived, context.console());
    }
    return ended(**database, *ids, touched, tenant);
}

void print_cancelled(const store::Records& cancelled, const Console& console) {
    if (console.json()) {
        console.print_json(array_of(cancelled));
        return;
    }
    for (const auto& job : cancelled) {
        console.print_line(
            "removed job " + shown(job, "id") + ": " +
            printable(
                shown(job, "event_type") + " of " + shown(job, "entity_type") + " " + shown(job, "entity_id")
            )
        );
    }
}

Result<ExitCode> cancel(const Arguments& arguments, Context& context) {
    const bool by_filter = arguments.has("yes");
    const auto choice = check_choice(arguments, by_filter, "cancel");
    auto filter = read_filter(arguments);
    const auto ids = job_ids(arguments);
    if (!choice || !filter || !ids) {
        return std::unexpected(!choice ? choice.error() : !filter ? filter.error() : ids.error());
    }
    if (by_filter && !filter->tenant && !filter->integration) {
        return fail(ExitCode::usage, "say whose jobs: --tenant or --integration");
    }
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    const auto& console = context.console();
    if (by_filter) {
        filter->status = filter->status.value_or("pending");
        const auto removed = store::cancel_all(**database, *filter);
        if (!removed) {
            return fail(removed.error());
        }
        if (console.json()) {
            console.print_json({{"jobs", *removed}});
        } else {
            console.print_line("removed " + std::to_string(*removed) + " jobs");
        }
        return ExitCode::ok;
    }
    const auto tenant = arguments.value("tenant");
    const auto cancelled = store::cancel_jobs(**database, *ids, tenant);
    if (!cancelled) {
        return fail(cancelled.error());
    }
    std::set<std::int64_t> touched;
    for (const auto& job : *cancelled) {
        touched.insert(integer_of(job, "id"));
    }
    if (!touched.empty()) {
        print_cancelled(*cancelled, console);
    }
    return ended(**database, *ids, touched, tenant);
}

Syntax named_jobs() {
    Syntax syntax;
    syntax.words = {"JOB..."};
    return syntax;
}

void add_filters(Syntax& syntax) {
    syntax.options.emplace_back("tenant", "T", "of this tenant");
    syntax.options.emplace_back("integration", "ID", "of this integration");
    syntax.options.emplace_back("event", "TYPE", "of this event: order.paid, or order.*");
    syntax.options.emplace_back("entity", "ID", "of the record with this id");
    syntax.options.emplace_back("outcome", "O", "whose last attempt came to this: retry, rejected, ...");
    syntax.options.emplace_back("error", "TEXT", "with this text in their reason");
    syntax.options.emplace_back(
        "since", "TIME", "that failed (else: came) not longer ago: 1h, 2026-01-31T08:15Z"
    );
    syntax.options.emplace_back("until", "TIME", "that failed (else: came) before");
}

}  // namespace

Commands queue_commands() {
    Commands commands;
    Syntax listing;
    add_filters(listing);
    listing.options.emplace_back(
        "status", "S", "pending, processing, failed (dead letters) or waiting (for a parent)"
    );
    listing.options.emplace_back("failed", "", "dead letters, as --status failed");
    listing.options.emplace_back("limit", "N", "at most N (default: 50)");
    listing.options.emplace_back("after", "JOB", "with ids above this one: the next page");
    commands.push_back(
        {"queue list",
         "unfinished jobs and dead letters, oldest first",
         std::move(listing),
         "Example:\n  navettectl queue list --failed --tenant lumira\n",
         list}
    );
    Syntax showing;
    showing.words = {"JOB"};
    showing.options.emplace_back("tenant", "T", "only if it is this tenant's");
    showing.options.emplace_back("verbose", "", "the attempts with request and response");
    commands.push_back(
        {"queue show", "one job whole, its attempts, its record's link", std::move(showing), "", show}
    );
    auto retrying = named_jobs();
    retrying.options.emplace_back("failed", "", "all dead letters that fit the options below");
    retrying.options.emplace_back("all-failed", "", "the same");
    add_filters(retrying);
    retrying.options.emplace_back(
        "rate", "N/m", "not all at once: so many a second (/s), minute or hour (/h)"
    );
    commands.push_back(
        {"queue retry",
         "send dead letters once more, or pending jobs at once",
         std::move(retrying),
         "Dead letters that failed only because their parent had come along with it. With --failed, one "
         "whose\n"
         "record has a newer pending job stays. Examples:\n"
         "  navettectl queue retry 4711\n"
         "  navettectl queue retry --failed --integration int_lumira --since 1d --error 'timed out' --rate "
         "100/m\n",
         retry}
    );
    auto cancelling = named_jobs();
    cancelling.options.emplace_back("yes", "", "all that fit the options below, without naming them");
    add_filters(cancelling);
    cancelling.options.emplace_back("status", "S", "pending (default), waiting or failed");
    commands.push_back(
        {"queue cancel",
         "remove unfinished jobs for good",
         std::move(cancelling),
         "The log keeps a row for each. What is just being sent stays. With --json it prints the named jobs' "
         "data,\n"
         "to be enqueued again if need be. Examples:\n"
         "  navettectl queue cancel 4711 4712\n"
         "  navettectl queue cancel --yes --integration int_lumira --event 'customer.*'\n",
         cancel}
    );
    return commands;
}

}  // namespace navette::ctl
