// logs
#include "daemon/ctl/command.hpp"
#include "daemon/ctl/json_text.hpp"
#include "daemon/ctl/log_line.hpp"
#include "daemon/ctl/log_tail.hpp"
#include "daemon/ctl/moment.hpp"
#include "daemon/ctl/status_names.hpp"
#include "daemon/store/admin_logs.hpp"

#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

namespace navette::ctl {

namespace {

constexpr int kLookAgainMs = 300;
constexpr int kDatabaseAgainMs = 1'000;
constexpr int kPage = 1'000;
// From taking its ids to its commit, the journal's transaction takes milliseconds; a stalled disk, seconds.
constexpr std::chrono::seconds kPatience{5};

volatile std::sig_atomic_t interrupted = 0;

void note_interrupt(int) {
    interrupted = 1;
}

/// The first SIGINT or SIGTERM ends the loop, a second one the process.
void catch_interrupts() {
    struct sigaction action{};
    action.sa_handler = note_interrupt;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

/// Waits; false where it is time to end: a signal, or nobody reads stdout any more.
bool wait(int milliseconds) {
    pollfd reader{STDOUT_FILENO, 0, 0};
    const int ready = poll(&reader, 1, milliseconds);
    return interrupted == 0 && !(ready > 0 && (reader.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0);
}

class Printer {
  public:
    Printer(const Console& console, bool verbose) : console_(console), verbose_(verbose) {}

    /// False where the reader is gone.
    [[nodiscard]] bool print(const store::Record& log) const {
        return console_.print(
            console_.json() ? compact_json(log) + "\n" : log_line(log, verbose_, console_.layout())
        );
    }

  private:
    const Console& console_;
    bool verbose_;
};

Result<store::LogFilter> read_filter(const Arguments& arguments, bool json) {
    store::LogFilter filter;
    filter.tenant = arguments.value("tenant");
    filter.integration = arguments.value("integration");
    filter.entity = arguments.value("entity");
    filter.with_bodies = json || arguments.has("verbose");
    if (const auto since = arguments.value("since")) {
        auto moment = parse_past("since", *since, current_moment());
        if (!moment) {
            return std::unexpected(moment.error());
        }
        filter.since = std::move(*moment);
    }
    auto statuses = parse_statuses(arguments.text("status"));
    if (!statuses) {
        return std::unexpected(statuses.error());
    }
    filter.statuses = std::move(*statuses);
    return filter;
}

Result<ExitCode> follow(
    store::AdminSession& database, const store::LogFilter& filter, std::int64_t newest, const Printer& printer
) {
    LogTail tail(newest, kPatience);
    bool was_away = false;
    bool is_more = false;
    while (is_more || wait(was_away ? kDatabaseAgainMs : kLookAgainMs)) {
        const auto head = store::newest_log(database);
        const auto logs = head ? store::logs_above(database, filter, tail.floor(), tail.seen(), kPage)
                               : core::Result<store::Records>(std::unexpected(head.error()));
        is_more = logs && logs->size() == static_cast<std::size_t>(kPage);
        if (!logs) {
            if (logs.error().kind != core::ErrorKind::unavailable) {
                return fail(logs.error());
            }
            // A fail-over is no reason to stop looking; nothing is missed, the ids go on.
            if (!was_away) {
                std::fprintf(stderr, "navettectl: %s; trying again\n", logs.error().message.c_str());
            }
            was_away = true;
            continue;
        }
        was_away = false;
        for (const auto& log : *logs) {
            tail.add(log.at("id").as_int64());
            if (!printer.print(log)) {
                return ExitCode::ok;
            }
        }
        // A full page ends before the newest row: what lies between was not shown yet.
        const auto reached = is_more ? logs->back().at("id").as_int64() : *head;
        tail.move_on(reached, std::chrono::steady_clock::now());
        if (interrupted != 0) {
            break;
        }
    }
    return ExitCode::ok;
}

Result<ExitCode> show(const Arguments& arguments, Context& context) {
    const auto& console = context.console();
    const auto filter = read_filter(arguments, console.json());
    if (!filter) {
        return std::unexpected(filter.error());
    }
    const bool follows = arguments.has("follow");
    const auto limit = arguments.number("limit", follows ? 10 : 50, 0, 1'000'000);
    if (!limit) {
        return std::unexpected(limit.error());
    }
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    if (follows) {
        catch_interrupts();
    }
    const auto newest = store::newest_log(**database);
    if (!newest) {
        return fail(newest.error());
    }
    const auto recent = store::recent_logs(**database, *filter, *newest, static_cast<int>(*limit));
    if (!recent) {
        return fail(recent.error());
    }
    const Printer printer(console, arguments.has("verbose"));
    for (const auto& log : *recent) {
        if (!printer.print(log)) {
            return ExitCode::ok;
        }
    }
    if (follows) {
        return follow(**database, *filter, *newest, printer);
    }
    if (recent->empty()) {
        console.remark("no attempts fit");
    }
    return ExitCode::ok;
}

}  // namespace

Commands log_commands() {
    Syntax syntax;
    syntax.options.emplace_back(
        "follow,f", "", "go on with new attempts as they are logged, until interrupted"
    );
    syntax.options.emplace_back("tenant", "T", "of this tenant");
    syntax.options.emplace_back("integration", "ID", "of this integration");
    syntax.options.emplace_back("entity", "ID", "of the record with this id");
    syntax.options.emplace_back("status", "S[,S]", "these outcomes: " + status_list());
    syntax.options.emplace_back("since", "TIME", "not older: 30m, 1h, 7d, 2026-01-31, 2026-01-31T08:15Z");
    syntax.options.emplace_back("limit", "N", "the newest N (default: 50; with -f 10 to begin with)");
    syntax.options.emplace_back("verbose", "", "with request and response, secrets hidden");
    Commands commands;
    commands.push_back(
        {"logs",
         "the attempts, newest last",
         std::move(syntax),
         "With --json, one object on each line. Examples:\n"
         "  navettectl logs -f --tenant lumira\n"
         "  navettectl logs --status failed --since 1d --verbose\n"
         "  navettectl logs -f --json | jq -r 'select(.duration_ms > 1000) | .entity_id'\n",
         show}
    );
    return commands;
}

}  // namespace navette::ctl
