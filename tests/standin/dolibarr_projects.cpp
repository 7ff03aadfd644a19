#include "tests/standin/dolibarr_projects.hpp"

#include "tests/standin/dolibarr_numbering.hpp"
#include "tests/standin/dolibarr_text.hpp"

#include <boost/json.hpp>

namespace navette::standin {

namespace json = boost::json;

namespace {

constexpr Field kFields[] = {
    {"id", "rowid", FieldKind::integer, 0, Writable::never},
    {"date_m", "tms", FieldKind::moment, 0, Writable::never},
    {"ref", "ref", FieldKind::text, 50},
    {"ref_ext", "ref_ext", FieldKind::text, 50, Writable::on_update},
    {"title", "title", FieldKind::text, 255},
    {"description", "description", FieldKind::note, 0, Writable::always, Empty::as_text},
    {"socid", "fk_soc", FieldKind::integer},
    {"statut", "fk_statut", FieldKind::integer, 0, Writable::never},
    {"status", "fk_statut", FieldKind::integer, 0, Writable::never},
    {"usage_opportunity", "usage_opportunity", FieldKind::integer},
    {"opp_amount", "opp_amount", FieldKind::amount},
    {"opp_status", "fk_opp_status", FieldKind::integer},
    {"opp_percent", "opp_percent", FieldKind::percent},
    {"date_start", "dateo", FieldKind::day},
    {"date_end", "datee", FieldKind::day},
    {"public", "public", FieldKind::integer},
    {"note_private", "note_private", FieldKind::note},
    {"note_public", "note_public", FieldKind::note},
    {"date_c", "datec", FieldKind::moment, 0, Writable::never},
};
constexpr std::string_view kRequired[] = {"ref", "title"};
constexpr std::string_view kLookedUpBy[] = {"ref", "ref_ext"};
constexpr Layout kProjects = {
    .kind = "projects",
    .table = "projet",
    .noun = "project",
    .not_found = "Project with supplied id not found",
    .list_error = "Error when retrieve project list",
    .source = "api_projects.class.php:380",
    .trigger = "PROJECT",
    .alias = "ef",
    .fields = kFields,
    .required = kRequired,
    .looked_up_by = kLookedUpBy,
};

}  // namespace

Projects::Projects(DolibarrEnvironment& environment) : DolibarrResource(environment, kProjects) {}

Checked<void> Projects::complete(Row& row, const json::object&) {
    const std::string today = environment_.clock.php_time(environment_.clock.now());
    row["datec"] = today;
    row["fk_statut"] = "0";
    row["usage_opportunity"] = row["usage_opportunity"].value_or("0");
    row["public"] = row["public"].value_or("0");
    if (folded(row.text("ref")) == "auto") {
        std::vector<std::string> refs;
        for (const auto& [id, other] : table_.rows()) {
            refs.push_back(other.text("ref"));
        }
        row["ref"] = next_number("PJ", today, 4, refs);
    }
    return {};
}

std::vector<UniqueKey> Projects::unique_keys(const Row& row) const {
    const std::string ref = row.text("ref");
    const UniqueKey::Details words = {"Duplicate entry '" + ref + "-1' for key 'uk_projet_ref'"};
    return {{.key = "ref|" + folded(ref), .seen = words, .lost = words}};
}

std::optional<Checked<Action>> Projects::action(const Call& call) {
    if (call.path.size() != 2 || call.path[1] != "validate" || call.method != "POST") {
        return std::nullopt;
    }
    const auto project = find(call.path[0]);
    if (!project) {
        return std::unexpected(project.error());
    }
    return Action{(*project)->id(), "validate", [](Row& row) {
                      if (row.text("fk_statut") == "1") {
                          return Response(304, "application/json", "");
                      }
                      row["fk_statut"] = "1";
                      return success_answer("Project validated");
                  }};
}

std::string Projects::label_of(const Row& row) const {
    return row.text("ref");
}

}  // namespace navette::standin
