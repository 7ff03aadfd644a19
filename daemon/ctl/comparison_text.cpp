#include "daemon/ctl/comparison_text.hpp"

#include "daemon/ctl/awaiting.hpp"
#include "daemon/ctl/moment.hpp"
#include "daemon/ctl/record_text.hpp"

#include <array>
#include <charconv>

namespace navette::ctl {

namespace {

constexpr std::array kCounts{
    "read",
    "same",
    "moving",
    "link",
    "change_local",
    "change_remote",
    "conflict",
    "create_local",
    "create_remote",
    "ambiguous",
    "missing"
};

std::string title_of(std::string name) {
    for (auto& letter : name) {
        letter = letter == '_'
                     ? ' '
                     : static_cast<char>(letter >= 'a' && letter <= 'z' ? letter - 'a' + 'A' : letter);
    }
    return name;
}

std::string progress(const store::Record& comparison) {
    if (integer_of(comparison, "to_apply") > 0 && shown(comparison, "state") != "expired") {
        return shown(comparison, "applied") + " of " + shown(comparison, "to_apply");
    }
    return shown(comparison, "at_object");
}

void print_counts(const store::Record& comparison, const Console& console) {
    std::vector<Column> columns{{"OBJECT"}};
    for (const auto* name : kCounts) {
        columns.emplace_back(title_of(name), true);
    }
    columns.emplace_back("ERROR");
    Table table(std::move(columns));
    for (const auto& [object, value] : comparison.at("counts").as_object()) {
        const auto& counts = value.as_object();
        std::vector<Cell> cells{Cell(std::string(object))};
        for (const auto* name : kCounts) {
            cells.emplace_back(shown(counts, name));
        }
        cells.emplace_back(shown(counts, "error"), Tone::bad);
        table.add(std::move(cells));
    }
    console.print_table(table, "nothing was read yet");
}

/// "city: '' | 'Bonn' (platform)": the record's value, the platform's, and whose stays.
std::string differences_of(const store::Record& sample) {
    std::string text = shown(sample, "reason");
    for (const auto& item : sample.at("differences").as_array()) {
        const auto& difference = item.as_object();
        const auto value = [&](std::string_view side) {
            const auto of_side = shown(difference, side);
            return of_side.empty() ? std::string("-") : of_side;
        };
        text += (text.empty() ? "" : "; ") + shown(difference, "field") + ": " + value("local") + " | " +
                value("remote") + " (" + shown(difference, "wins") + ")";
    }
    return text;
}

void print_samples(const store::Record& comparison, const Console& console) {
    const auto& samples = comparison.at("samples").as_array();
    if (samples.empty()) {
        return;
    }
    console.print_line("");
    Table table({{"OBJECT"}, {"VERDICT"}, {"REMOTE"}, {"RECORD"}, {"HERE | THERE (WHO WINS)"}});
    for (const auto& item : samples) {
        const auto& sample = item.as_object();
        auto record = shown(sample, "entity_id");
        if (!record.empty()) {
            record.insert(0, shown(sample, "entity_type") + " ");
        }
        table.add(
            {shown(sample, "object"),
             shown(sample, "verdict"),
             shown(sample, "remote_id"),
             std::move(record),
             differences_of(sample)}
        );
    }
    console.print_table(table, "");
}

}  // namespace

void print_comparisons(const store::Records& comparisons, const Console& console) {
    if (console.json()) {
        console.print_json(array_of(comparisons));
        return;
    }
    const auto now = current_moment();
    Table table(
        {{"ID", true},
         {"KIND"},
         {"TENANT"},
         {"INTEGRATION"},
         {"STATE"},
         {"PROGRESS"},
         {"AGE"},
         {"EXPIRES"},
         {"BY"},
         {"ERROR"}}
    );
    for (const auto& one : comparisons) {
        const bool waits = shown(one, "state") == "ready";
        table.add(
            {shown(one, "id"),
             shown(one, "kind"),
             shown(one, "tenant_id"),
             shown(one, "integration_id"),
             state_cell(shown(one, "state")),
             progress(one),
             shown_age(shown(one, "created_at"), now),
             waits ? shown_age(shown(one, "expires_at"), now) : std::string(),
             shown(one, "created_by"),
             Cell(shown(one, "last_error"), Tone::bad)}
        );
    }
    console.print_table(table, "there is none");
}

void print_comparison(const store::Record& comparison, const Console& console) {
    if (console.json()) {
        console.print_json(comparison);
        return;
    }
    console.print_line(printable(
        shown(comparison, "kind") + " " + shown(comparison, "id") + " of integration " +
        shown(comparison, "integration_id") + ": " + shown(comparison, "state") +
        (progress(comparison).empty() ? std::string() : ", " + progress(comparison)) +
        (integer_of(comparison, "superseded") > 0
             ? " (" + shown(comparison, "superseded") + " were done otherwise meanwhile)"
             : std::string())
    ));
    if (const auto error = shown(comparison, "last_error"); !error.empty()) {
        console.print_line(printable("error: " + error));
    }
    print_counts(comparison, console);
    print_samples(comparison, console);
    if (shown(comparison, "state") == "ready") {
        console.remark(
            "nothing is done before: navettectl plan approve " + shown(comparison, "id") + "; it expires " +
            shown_age(shown(comparison, "expires_at"), current_moment())
        );
    }
}

Result<std::int64_t> comparison_id(const std::string& word) {
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), id);
    if (error != std::errc() || end != word.data() + word.size() || id < 1) {
        return fail(ExitCode::usage, "'" + word + "' is no plan's id; see: navettectl plan list");
    }
    return id;
}

Result<store::Record> await_comparison(
    store::AdminSession& database,
    std::int64_t id,
    const std::optional<std::string>& tenant,
    int samples,
    std::chrono::seconds patience
) {
    store::Record last;
    const auto done = await(patience, [&]() -> Result<bool> {
        auto found = store::find_comparison(database, id, tenant, samples);
        if (!found) {
            return fail(found.error());
        }
        last = std::move(*found);
        const auto state = shown(last, "state");
        return state != "reading" && state != "approved" && state != "applying";
    });
    if (!done) {
        return std::unexpected(done.error());
    }
    if (!*done) {
        return fail(
            ExitCode::temporary,
            "plan " + std::to_string(id) + " is " + shown(last, "state") + " after " +
                std::to_string(patience.count()) + " s; it goes on, see: navettectl plan show " +
                std::to_string(id)
        );
    }
    return last;
}

}  // namespace navette::ctl
