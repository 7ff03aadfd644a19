// queue list, show, retry, cancel
#include "daemon/ctl/command.hpp"
#include "daemon/ctl/json_text.hpp"
#include "daemon/ctl/log_line.hpp"
#include "daemon/ctl/moment.hpp"
#include "daemon/ctl/record_text.hpp"
#include "daemon/store/admin_logs.hpp"
#include "daemon/store/admin_queue.hpp"

#include <algorithm>

namespace navette::ctl {

namespace {

namespace json = boost::json;

Result<ExitCode> list(const Arguments& arguments, Context& context) {
    store::QueueFilter filter;
    filter.tenant = arguments.value("tenant");
    filter.integration = arguments.value("integration");
    filter.entity = arguments.value("entity");
    const auto status = arguments.choice("status", {"pending", "processing", "failed", "waiting"});
    const auto limit = arguments.number("limit", 50, 1, 100'000);
    const auto after = arguments.number("after", 0, 0, INT64_MAX);
    if (!status || !limit || !after) {
        return std::unexpected(!status ? status.error() : !limit ? limit.error() : after.error());
    }
    filter.status = *status;
    filter.limit = static_cast<int>(*limit);
    filter.after = *after;
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    const auto jobs = store::list_queue(**database, filter);
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
    if (static_cast<int>(jobs->size()) == filter.limit) {
        console.remark("there may be more: --after " + shown(jobs->back(), "id"));
    }
    return ExitCode::ok;
}

Result<std::int64_t> job_id(const Arguments& arguments) {
    return arguments.number("JOB", 0, 1, INT64_MAX);
}

/// What the record may be called on the platform: its own type, and what the attempts called it.
std::vector<std::string> objects_of(const store::Record& job, const store::Records& logs) {
    std::vector<std::string> objects{store::text_of(job, "entity_type")};
    for (const auto& log : logs) {
        const auto object = store::text_of(log, "object");
        if (!object.empty() && std::ranges::find(objects, object) == objects.end()) {
            objects.push_back(object);
        }
    }
    return objects;
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
    const auto job = store::find_job(**database, *id, tenant);
    const auto logs = job ? store::job_logs(**database, *id, tenant) : std::unexpected(job.error());
    if (!logs) {
        return fail(logs.error());
    }
    if (!*job && logs->empty()) {
        return fail(
            ExitCode::not_found,
            "there is no job " + std::to_string(*id) + ", and no attempt of it in the logs"
        );
    }
    const auto& about = *job ? **job : logs->back();
    const auto links = store::find_links(**database, about, objects_of(about, *logs));
    if (!links) {
        return fail(links.error());
    }
    const auto& console = context.console();
    if (console.json()) {
        console.print_json(
            {{"job", *job ? json::value(**job) : json::value()},
             {"logs", array_of(*logs)},
             {"links", array_of(*links)}}
        );
        return ExitCode::ok;
    }
    if (*job) {
        print_job(**job, console);
    } else {
        console.print_line("job " + std::to_string(*id) + " is finished");
    }
    console.print_line("attempts");
    for (const auto& log : *logs) {
        console.print(log_line(log, arguments.has("verbose"), console.layout()));
    }
    if (logs->empty()) {
        console.print_line("  none yet");
    }
    console.print_line("link");
    for (const auto& link : *links) {
        console.print_line(
            "  " +
            printable(
                shown(link, "object") + " " + shown(link, "entity_id") + " is " + shown(link, "remote_id")
            ) +
            " there, sent last at " + shown_moment(shown(link, "synced_at"))
        );
    }
    if (links->empty()) {
        console.print_line("  none: the record is not known to be on the platform");
    }
    return ExitCode::ok;
}

Result<ExitCode> retry_all(const Arguments& arguments, Context& context, store::AdminSession& database) {
    store::DeadLetterFilter filter;
    filter.tenant = arguments.value("tenant");
    filter.integration = arguments.value("integration");
    filter.error = arguments.value("error");
    if (const auto since = arguments.value("since")) {
        auto moment = parse_past("since", *since, current_moment());
        if (!moment) {
            return std::unexpected(moment.error());
        }
        filter.since = std::move(*moment);
    }
    const auto revived = store::retry_dead_letters(database, filter);
    if (!revived) {
        return fail(revived.error());
    }
    std::int64_t jobs = 0;
    for (const auto& one : *revived) {
        jobs += integer_of(one, "jobs");
    }
    const auto& console = context.console();
    if (console.json()) {
        console.print_json({{"jobs", jobs}, {"integrations", array_of(*revived)}});
        return ExitCode::ok;
    }
    Table table({{"TENANT"}, {"INTEGRATION"}, {"JOBS", true}});
    for (const auto& one : *revived) {
        table.add({shown(one, "tenant_id"), shown(one, "integration_id"), shown(one, "jobs")});
    }
    console.print_table(table, "no dead letters fit");
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

Result<ExitCode> retry(const Arguments& arguments, Context& context) {
    const bool all = arguments.has("all-failed");
    if (all == arguments.has("JOB")) {
        return fail(ExitCode::usage, "name one JOB, or say --all-failed; see: navettectl queue retry --help");
    }
    for (const auto* name : {"integration", "since", "error"}) {
        if (!all && arguments.has(name)) {
            return fail(ExitCode::usage, "--" + std::string(name) + " goes with --all-failed only");
        }
    }
    const auto id = job_id(arguments);
    if (!id) {
        return std::unexpected(id.error());
    }
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    if (all) {
        return retry_all(arguments, context, **database);
    }
    const auto revived = store::retry_job(**database, *id, arguments.value("tenant"));
    if (!revived) {
        return fail(revived.error());
    }
    if (!*revived) {
        return std::unexpected(untouchable(**database, *id, arguments.value("tenant")));
    }
    const auto& console = context.console();
    if (console.json()) {
        console.print_json({{"id", *id}, {"status", "pending"}});
    } else {
        console.print_line("job " + std::to_string(*id) + " is due now");
    }
    return ExitCode::ok;
}

Result<ExitCode> cancel(const Arguments& arguments, Context& context) {
    const auto id = job_id(arguments);
    if (!id) {
        return std::unexpected(id.error());
    }
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    const auto cancelled = store::cancel_job(**database, *id, arguments.value("tenant"));
    if (!cancelled) {
        return fail(cancelled.error());
    }
    if (!*cancelled) {
        return std::unexpected(untouchable(**database, *id, arguments.value("tenant")));
    }
    const auto& console = context.console();
    if (console.json()) {
        console.print_json(**cancelled);
    } else {
        console.print_line(
            "removed job " + std::to_string(*id) + ": " +
            printable(
                shown(**cancelled, "event_type") + " of " + shown(**cancelled, "entity_type") + " " +
                shown(**cancelled, "entity_id")
            )
        );
    }
    return ExitCode::ok;
}

Syntax one_job() {
    Syntax syntax;
    syntax.words = {"JOB"};
    syntax.options.emplace_back("tenant", "T", "only if it is this tenant's");
    return syntax;
}

}  // namespace

Commands queue_commands() {
    Commands commands;
    Syntax listing;
    listing.options.emplace_back("tenant", "T", "of this tenant");
    listing.options.emplace_back("integration", "ID", "of this integration");
    listing.options.emplace_back(
        "status", "S", "pending, processing, failed (dead letters) or waiting (for a parent)"
    );
    listing.options.emplace_back("entity", "ID", "of the record with this id");
    listing.options.emplace_back("limit", "N", "at most N (default: 50)");
    listing.options.emplace_back("after", "JOB", "with ids above this one: the next page");
    commands.push_back(
        {"queue list",
         "unfinished jobs and dead letters, oldest first",
         std::move(listing),
         "Example:\n  navettectl queue list --status failed --tenant lumira\n",
         list}
    );
    auto showing = one_job();
    showing.options.emplace_back("verbose", "", "the attempts with request and response");
    commands.push_back(
        {"queue show", "one job whole, its attempts, its record's link", std::move(showing), "", show}
    );
    auto retrying = one_job();
    retrying.words = {"[JOB]"};
    retrying.options.emplace_back("all-failed", "", "all dead letters that fit the options below");
    retrying.options.emplace_back("integration", "ID", "of this integration");
    retrying.options.emplace_back("since", "TIME", "that failed not longer ago: 1h, 2026-01-31T08:15Z");
    retrying.options.emplace_back("error", "TEXT", "with this text in their reason");
    commands.push_back(
        {"queue retry",
         "send a dead letter once more, or a pending job at once",
         std::move(retrying),
         "With --all-failed, a dead letter whose record has a newer pending job stays. Examples:\n"
         "  navettectl queue retry 4711\n"
         "  navettectl queue retry --all-failed --integration int_lumira --since 1d --error 'timed out'\n",
         retry}
    );
    commands.push_back(
        {"queue cancel",
         "remove an unfinished job for good",
         one_job(),
         "With --json it prints the job's data, to be enqueued again if need be.\n",
         cancel}
    );
    return commands;
}

}  // namespace navette::ctl
