// verify
#include "daemon/ctl/command.hpp"
#include "daemon/ctl/moment.hpp"
#include "daemon/ctl/record_text.hpp"
#include "daemon/store/admin_verify.hpp"

#include <boost/json/array.hpp>

namespace navette::ctl {

namespace {

/// "missing in integration int_1 of tenant acme: job 3, 4 and 17 more"; empty where there are none.
std::string named_jobs(
    const store::Record& book, std::string_view what, std::string_view count, std::string_view ids
) {
    if (integer_of(book, count) == 0) {
        return {};
    }
    std::string text(what);
    text += " in integration " + shown(book, "integration_id") + " of tenant " + shown(book, "tenant_id") +
            ": job ";
    const auto& list = book.at(ids).as_array();
    for (const auto& id : list) {
        text += (&id == &list.front() ? "" : ", ") + std::to_string(id.as_int64());
    }
    const auto more = integer_of(book, count) - static_cast<std::int64_t>(list.size());
    return more > 0 ? text + " and " + std::to_string(more) + " more" : text;
}

void print_books(const store::Records& books, const Console& console) {
    Table table(
        {{"TENANT"},
         {"INTEGRATION"},
         {"ACCEPTED", true},
         {"DONE", true},
         {"SKIPPED", true},
         {"CANCELLED", true},
         {"FAILED", true},
         {"PENDING", true},
         {"MISSING", true},
         {"DOUBLES", true}}
    );
    for (const auto& book : books) {
        const auto warned = [&](std::string_view name) {
            return Cell(shown(book, name), integer_of(book, name) > 0 ? Tone::bad : Tone::plain);
        };
        table.add(
            {shown(book, "tenant_id"),
             shown(book, "integration_id"),
             shown(book, "accepted"),
             shown(book, "done"),
             shown(book, "skipped"),
             shown(book, "cancelled"),
             shown(book, "failed"),
             shown(book, "pending"),
             warned("missing"),
             warned("doubles")}
        );
    }
    console.print_table(table, "no jobs were accepted in that time");
    for (const auto& book : books) {
        for (const auto& line :
             {named_jobs(book, "missing", "missing", "missing_ids"),
              named_jobs(book, "done more than once", "doubles", "double_ids")}) {
            if (!line.empty()) {
                console.print_line(toned(printable(line), Tone::bad, console.layout()));
            }
        }
    }
}

Result<ExitCode> verify(const Arguments& arguments, Context& context) {
    auto since = parse_past("since", arguments.value("since").value_or("24h"), current_moment());
    if (!since) {
        return std::unexpected(since.error());
    }
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    const store::BooksFilter filter{
        arguments.value("tenant"), arguments.value("integration"), std::move(*since)
    };
    const auto books = store::read_books(**database, filter);
    if (!books) {
        return fail(books.error());
    }
    bool balanced = true;
    for (const auto& book : *books) {
        balanced = balanced && integer_of(book, "missing") == 0 && integer_of(book, "doubles") == 0;
    }
    const auto& console = context.console();
    if (console.json()) {
        console.print_json({{"balanced", balanced}, {"since", filter.since}, {"books", array_of(*books)}});
    } else {
        print_books(*books, console);
    }
    return balanced ? ExitCode::ok : ExitCode::failed;
}

}  // namespace

Commands verify_commands() {
    Syntax syntax;
    syntax.options.emplace_back("tenant", "T", "of this tenant");
    syntax.options.emplace_back("integration", "ID", "of this integration");
    syntax.options.emplace_back(
        "since", "TIME", "accepted not longer ago (default: 24h): 7d, 2026-01-31T08:15Z"
    );
    Commands commands;
    commands.push_back(
        {"verify",
         "whether every accepted job is accounted for; exit 1 where one is missing or was done twice",
         std::move(syntax),
         "accepted = done + skipped + cancelled + failed (dead letters) + pending + missing, wherever a job "
         "is now.\n"
         "Goes back as far as retention.sync_logs. Example:\n"
         "  navettectl verify --tenant lumira --since 7d\n",
         verify}
    );
    return commands;
}

}  // namespace navette::ctl
