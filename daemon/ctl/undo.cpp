// undo, undo runs
#include "daemon/ctl/command.hpp"
#include "daemon/ctl/moment.hpp"
#include "daemon/ctl/record_text.hpp"
#include "daemon/store/admin_undo.hpp"

#include <algorithm>
#include <map>

namespace navette::ctl {

namespace {

namespace json = boost::json;

constexpr int kAtOnce = 100;  // images in one transaction
constexpr std::size_t kShown = 100;

Result<ExitCode> runs(const Arguments& arguments, Context& context) {
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    const auto found = store::list_runs(**database, arguments.value("tenant"), std::nullopt, 10'000);
    if (!found) {
        return fail(found.error());
    }
    const auto& console = context.console();
    if (console.json()) {
        console.print_json(array_of(*found));
        return ExitCode::ok;
    }
    const auto now = current_moment();
    Table table(
        {{"TENANT"}, {"RUN"}, {"RECORDS", true}, {"LINKS", true}, {"UNDONE", true}, {"BEGAN"}, {"ENDED"}}
    );
    for (const auto& one : *found) {
        table.add(
            {shown(one, "tenant_id"),
             shown(one, "run"),
             shown(one, "records"),
             shown(one, "links"),
             shown(one, "undone"),
             shown_age(shown(one, "first_at"), now),
             shown_age(shown(one, "last_at"), now)}
        );
    }
    console.print_table(table, "no run can be undone");
    return ExitCode::ok;
}

/// What was done, or would be, by the words of preview_undo().
struct Tally {
    std::map<std::string, std::int64_t> actions;
    store::Records kept;

    void add(const store::Record& image) {
        ++actions[shown(image, "action")];
        if (shown(image, "action") == "keep") {
            kept.push_back(image);
        }
    }
    [[nodiscard]] std::int64_t count(const std::string& action) const {
        const auto found = actions.find(action);
        return found == actions.end() ? 0 : found->second;
    }
};

Result<Tally> go_through(store::AdminSession& database, const store::RunName& name, bool dry_run) {
    Tally tally;
    std::optional<store::ImagePlace> after;
    while (true) {
        auto images = store::preview_undo(database, name, after, kAtOnce);
        if (!images) {
            return fail(images.error());
        }
        if (images->empty()) {
            return tally;
        }
        const auto& last = images->back();
        after = store::ImagePlace{
            store::text_of(last, "kind"),
            store::text_of(last, "integration_id"),
            store::text_of(last, "object"),
            store::text_of(last, "entity_type"),
            store::text_of(last, "entity_id")
        };
        if (!dry_run) {
            if (const auto done = store::undo_images(database, name, *images); !done) {
                return fail(done.error());
            }
        }
        std::ranges::for_each(*images, [&](const store::Record& image) { tally.add(image); });
    }
}

void print(const Tally& tally, const store::RunName& name, bool dry_run, const Console& console) {
    if (console.json()) {
        json::object counts;
        for (const auto& [action, count] : tally.actions) {
            counts[action] = count;
        }
        console.print_json(
            {{"tenant_id", name.tenant_id},
             {"run", name.run},
             {"dry_run", dry_run},
             {"actions", std::move(counts)},
             {"kept", array_of(tally.kept)}}
        );
        return;
    }
    const auto line = [&](const std::string& action, const std::string& one, const std::string& many) {
        if (const auto count = tally.count(action); count > 0) {
            console.print_line(
                (dry_run ? "would: " : "") + std::to_string(count) + " " + (count == 1 ? one : many)
            );
        }
    };
    line(
        "restore",
        "record goes back to what it was, here and on the platforms",
        "records go back to what they were, here and on the platforms"
    );
    line("bury", "record that the run made is deleted here", "records that the run made are deleted here");
    line(
        "delete",
        "record that the run made on a platform is deleted there",
        "records that the run made on a platform are deleted there"
    );
    line("unlink", "link that the run made is taken off", "links that the run made are taken off");
    line("keep", "stays as it is", "stay as they are");
    if (tally.actions.empty()) {
        console.print_line("nothing is left to undo of " + name.run);
    }
    if (tally.kept.empty()) {
        return;
    }
    Table table({{"INTEGRATION"}, {"TYPE"}, {"ENTITY"}, {"THERE"}, {"WHY IT STAYS"}});
    for (const auto& one : tally.kept) {
        if (&one - tally.kept.data() == static_cast<std::ptrdiff_t>(kShown)) {
            console.remark("more stay; --json names all");
            break;
        }
        table.add(
            {shown(one, "integration_id"),
             shown(one, "entity_type"),
             shown(one, "entity_id"),
             shown(one, "remote_id"),
             shown(one, "reason")}
        );
    }
    console.print_table(table, "");
}

Result<ExitCode> undo(const Arguments& arguments, Context& context) {
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    const auto name = store::find_run(**database, arguments.text("run"), arguments.value("tenant"));
    if (!name) {
        return fail(name.error());
    }
    const bool dry_run = arguments.has("dry-run");
    const auto jobs = store::unfinished_jobs(**database, *name);
    if (!jobs) {
        return fail(jobs.error());
    }
    if (*jobs > 0 && !dry_run) {
        return fail(
            ExitCode::failed,
            "the run " + name->run + " still has " + std::to_string(*jobs) +
                " unfinished jobs; cancel them, or wait until they are done"
        );
    }
    const auto tally = go_through(**database, *name, dry_run);
    if (!tally) {
        return std::unexpected(tally.error());
    }
    print(*tally, *name, dry_run, context.console());
    return ExitCode::ok;
}

}  // namespace

Commands undo_commands() {
    Commands commands;
    Syntax listing;
    listing.options.emplace_back("tenant", "T", "of this tenant");
    commands.push_back(
        {"undo runs", "the runs of which the state before is kept", std::move(listing), "", runs}
    );
    Syntax undoing;
    undoing.options.emplace_back(Option("run", "ID", "which, such as plan:7").is_required());
    undoing.options.emplace_back("tenant", "T", "where several tenants have a run of this name");
    undoing.options.emplace_back("dry-run", "", "tell what it would do, and do nothing");
    commands.push_back(
        {"undo",
         "take back what a run changed, where nobody has edited it since",
         std::move(undoing),
         "Records go back to what they were, here and on the platforms; what the run made is deleted, links "
         "that\n"
         "it made are taken off. What was edited since stays, and is named. It can be repeated, and goes on "
         "where\n"
         "it was interrupted. The state before is kept for retention.undo. Example:\n"
         "  navettectl undo --run plan:7 --dry-run\n",
         undo}
    );
    return commands;
}

}  // namespace navette::ctl
