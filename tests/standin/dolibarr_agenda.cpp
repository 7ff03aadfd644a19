#include "tests/standin/dolibarr_agenda.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace navette::standin {

namespace json = boost::json;

namespace {

constexpr Field kFields[] = {
    {"id", "id", FieldKind::integer, 0, Writable::never},
    {"datem", "tms", FieldKind::moment, 0, Writable::never},
    {"ref_ext", "ref_ext", FieldKind::text, 255},
    {"type_code", "fk_action", FieldKind::text, 50},
    {"code", "code", FieldKind::text, 50, Writable::never},
    {"label", "label", FieldKind::text, 255},
    {"datep", "datep", FieldKind::moment},
    {"datef", "datep2", FieldKind::moment},
    {"percentage", "percent", FieldKind::integer},
    {"userownerid", "fk_user_action", FieldKind::integer},
    {"socid", "fk_soc", FieldKind::integer},
    {"contact_id", "fk_contact", FieldKind::integer},
    {"elementid", "fk_element", FieldKind::integer},
    {"elementtype", "elementtype", FieldKind::text, 255},
    {"fk_project", "fk_project", FieldKind::integer},
    {"note_private", "note", FieldKind::note},
    {"datec", "datec", FieldKind::moment, 0, Writable::never},
};
constexpr std::string_view kRequired[] = {"userownerid"};
constexpr Layout kAgenda = {
    .kind = "agendaevents",
    .table = "actioncomm",
    .noun = "event",
    .not_found = "Agenda Events not found",
    .list_error = "Error when retrieve Agenda Event list",
    .source = "api_agendaevents.class.php:264",
    .trigger = "",
    .alias = "ef",
    .fields = kFields,
    .required = kRequired,
    .looked_up_by = {},
};
constexpr std::string_view kTypes[] = {
    "AC_TEL", "AC_RDV", "AC_INT", "AC_OTH", "AC_EMAIL", "AC_FAX", "AC_OTH_AUTO"
};

}  // namespace

Agenda::Agenda(DolibarrEnvironment& environment) : DolibarrResource(environment, kAgenda) {}

Checked<void> Agenda::complete(Row& row, const json::object&) {
    if (std::ranges::find(kTypes, row.text("fk_action")) == std::end(kTypes)) {
        return std::unexpected(Refused(500, "Error creating event", {"ErrorActionCommBadType"}));
    }
    const std::string now = environment_.clock.php_time(environment_.clock.now());
    row["code"] = row["fk_action"];
    row["datec"] = now;
    row["datep"] = row["datep"].value_or(now);
    row["percent"] = row["percent"].value_or("0");
    return {};
}

void Agenda::add(const AutoEvent& event) {
    Row row(layout());
    row.set_id(table_.take_id());
    const std::string now = environment_.clock.php_time(environment_.clock.now());
    row["tms"] = environment_.clock.database_time();
    row["fk_action"] = "AC_OTH_AUTO";
    row["code"] = "AC_" + event.trigger;
    row["label"] = event.label;
    row["datec"] = now;
    row["datep"] = now;
    row["percent"] = "-1";
    row["fk_user_action"] = "2";
    row["fk_soc"] = event.thirdparty;
    row["elementtype"] = event.element;
    if (event.element_id) {
        row["fk_element"] = std::to_string(*event.element_id);
    }
    table_.put(std::move(row), {});
}

json::object Agenda::show(const Row& row) const {
    json::object object = DolibarrResource::show(row);
    object["ref"] = std::to_string(row.id());
    // Stored and filterable, yet not read back.
    object["ref_ext"] = nullptr;
    object["contact_id"] = nullptr;
    return object;
}

}  // namespace navette::standin
