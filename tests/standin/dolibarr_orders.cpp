#include "tests/standin/dolibarr_orders.hpp"

#include "tests/standin/dolibarr_numbering.hpp"
#include "tests/standin/dolibarr_order_lines.hpp"
#include "tests/standin/dolibarr_text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace navette::standin {

namespace json = boost::json;

namespace {

constexpr Field kFields[] = {
    {"id", "rowid", FieldKind::integer, 0, Writable::never},
    {"date_modification", "tms", FieldKind::moment, 0, Writable::never},
    {"ref", "ref", FieldKind::text, 30, Writable::on_create},
    {"ref_ext", "ref_ext", FieldKind::text, 255},
    {"ref_client", "ref_client", FieldKind::text, 255},
    {"ref_customer", "ref_client", FieldKind::text, 255, Writable::never},
    {"socid", "fk_soc", FieldKind::integer, 0, Writable::on_create},
    {"statut", "fk_statut", FieldKind::integer, 0, Writable::never},
    {"status", "fk_statut", FieldKind::integer, 0, Writable::never},
    {"billed", "facture", FieldKind::integer, 0, Writable::never},
    {"date", "date_commande", FieldKind::day, 0, Writable::on_create},
    {"date_commande", "date_commande", FieldKind::day, 0, Writable::on_update},
    {"date_creation", "date_creation", FieldKind::moment, 0, Writable::never},
    {"date_validation", "date_valid", FieldKind::moment, 0, Writable::never},
    {"total_ht", "total_ht", FieldKind::amount, 0, Writable::never},
    {"total_tva", "total_tva", FieldKind::amount, 0, Writable::never},
    {"total_ttc", "total_ttc", FieldKind::amount, 0, Writable::never},
    {"fk_project", "fk_projet", FieldKind::integer},
    {"note_private", "note_private", FieldKind::note, 0, Writable::always, Empty::as_text},
    {"note_public", "note_public", FieldKind::note, 0, Writable::always, Empty::as_text},
};
constexpr std::string_view kRequired[] = {"socid", "date"};
constexpr std::string_view kLookedUpBy[] = {"ref", "ref_ext"};
constexpr Layout kOrders = {
    .kind = "orders",
    .table = "commande",
    .noun = "order",
    .not_found = "Order not found",
    .list_error = "Error when retrieve commande list",
    .source = "api_orders.class.php:334",
    .trigger = "ORDER",
    .alias = "ef",
    .fields = kFields,
    .required = kRequired,
    .looked_up_by = kLookedUpBy,
    .deadlocks = true,
};

constexpr std::string_view kDraft = "0";
constexpr std::string_view kValidated = "1";
constexpr std::string_view kClosed = "3";

Response not_modified() {
    return {304, "application/json", ""};
}
Response as_it_is_afterwards() {
    return {200, "application/json", ""};
}

std::optional<std::int64_t> number_in(const std::string& segment) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(segment.data(), segment.data() + segment.size(), number);
    return error == std::errc() && end == segment.data() + segment.size() ? std::optional(number)
                                                                          : std::nullopt;
}

/// Restler takes no body at all, or one that names a parameter.
bool names_no_parameter(const Call& call) {
    if (!call.has_body) {
        return false;
    }
    const json::object* body = call.body.if_object();
    if (body == nullptr) {
        return true;
    }
    const json::value* quiet = body->if_contains("notrigger");
    return quiet == nullptr ? !body->contains("idwarehouse") : !quiet->is_int64();
}

}  // namespace

Orders::Orders(DolibarrEnvironment& environment) : DolibarrResource(environment, kOrders) {}

Checked<void> Orders::complete(Row& row, const json::object& body) {
    if (!environment_.exists("thirdparties", row.number("fk_soc"))) {
        return std::unexpected(Refused(
            500,
            "Error creating order",
            {"Cannot add or update a child row: a foreign key constraint fails (`dolibarr`.`llx_commande`, "
             "CONSTRAINT `fk_commande_fk_soc` FOREIGN KEY (`fk_soc`) REFERENCES `llx_societe` (`rowid`))"}
        ));
    }
    if (row.text("ref").empty()) {
        row["ref"] = "(PROV" + std::to_string(row.id()) + ")";
    }
    row["fk_statut"] = kDraft;
    row["facture"] = "0";
    row["date_creation"] = environment_.clock.php_time(environment_.clock.now());
    if (const json::value* lines = body.if_contains("lines"); lines != nullptr && !lines->is_null()) {
        if (!lines->is_array() || !std::ranges::all_of(lines->as_array(), &json::value::is_object)) {
            return std::unexpected(Refused(kPhpCrash, ""));
        }
        for (const json::value& sent : lines->as_array()) {
            OrderLine line;
            line.id = ++last_line_;
            read_line(line, sent.as_object());
            row.lines.push_back(std::move(line));
        }
    }
    total(row);
    return {};
}

std::vector<UniqueKey> Orders::unique_keys(const Row& row) const {
    const std::string ref = row.text("ref");
    return {{
        .key = "ref|" + folded(ref),
        .seen = {"ErrorRefAlreadyExists"},
        .lost = {"Duplicate entry '" + ref + "-1' for key 'uk_commande_ref'"},
    }};
}

json::object Orders::show(const Row& row) const {
    json::object object = DolibarrResource::show(row);
    object["lines"] = shown_lines(row);
    object["linkedObjectsIds"] = json::array();
    json::array contacts;
    for (const ContactLink& link : row.contacts) {
        contacts.emplace_back(std::to_string(link.contact));
    }
    object["contacts_ids"] = std::move(contacts);
    return object;
}

std::string Orders::label_of(const Row& row) const {
    return row.text("ref");
}

std::optional<Response> Orders::read(const Call& call) {
    const bool lines = call.path.size() == 2 && call.path[1] == "lines";
    const bool contacts = call.path.size() == 2 && call.path[1] == "contacts";
    if (!lines && !contacts) {
        return std::nullopt;
    }
    const auto row = find(call.path[0]);
    if (!row) {
        return refuse(row.error());
    }
    if (lines) {
        return json_answer(shown_lines(**row));
    }
    json::array links;
    for (const ContactLink& link : (*row)->contacts) {
        links.push_back({{"id", std::to_string(link.contact)}, {"code", link.type}, {"source", "external"}});
    }
    return json_answer(std::move(links));
}

std::optional<Checked<Action>> Orders::action(const Call& call) {
    const auto row = find(call.path[0]);
    if (!row) {
        return std::unexpected(row.error());
    }
    const std::int64_t id = (*row)->id();
    if (call.path[1] == "lines") {
        return line_change(id, call);
    }
    if (call.path[1] == "contact" && call.path.size() == 4 &&
        (call.method == "POST" || call.method == "DELETE")) {
        return link_change(id, call);
    }
    return call.path.size() == 2 && call.method == "POST" ? state_change(id, call) : std::nullopt;
}

std::optional<Checked<Action>> Orders::state_change(std::int64_t id, const Call& call) {
    const std::string& name = call.path[1];
    if ((name == "close" || name == "settodraft") && names_no_parameter(call)) {
        return std::unexpected(
            Refused(400, "Invalid value specified for `notrigger`. Expecting integer value")
        );
    }
    if (name == "validate") {
        return Action{id, name, [this](Row& row) { return validated(row); }};
    }
    if (name == "close") {
        return Action{id, name, [](Row& row) {
                          if (row.text("fk_statut") == kClosed) {
                              return not_modified();
                          }
                          if (row.text("fk_statut") == kValidated) {
                              row["fk_statut"] = kClosed;
                          }
                          return as_it_is_afterwards();
                      }};
    }
    if (name == "reopen") {
        return Action{id, name, [](Row& row) {
                          if (row.text("fk_statut") != kClosed) {
                              return not_modified();
                          }
                          row["fk_statut"] = kValidated;
                          return as_it_is_afterwards();
                      }};
    }
    if (name == "settodraft") {
        return Action{id, name, [](Row& row) {
                          if (row.text("fk_statut") == kDraft) {
                              return not_modified();
                          }
                          row["fk_statut"] = kDraft;
                          return as_it_is_afterwards();
                      }};
    }
    if (name == "setinvoiced") {
        return Action{id, name, [](Row& row) {
                          row["facture"] = "1";
                          return as_it_is_afterwards();
                      }};
    }
    return std::nullopt;
}

Response Orders::validated(Row& row) const {
    if (row.text("fk_statut") != kDraft) {
        return not_modified();
    }
    if (row.text("ref").starts_with("(PROV")) {
        std::vector<std::string> refs;
        for (const auto& [id, other] : table_.rows()) {
            refs.push_back(other.text("ref"));
        }
        row["ref"] = next_number("CO", row.text("date_commande"), 4, refs);
    }
    row["fk_statut"] = kValidated;
    row["date_valid"] = environment_.clock.php_time(environment_.clock.now());
    return as_it_is_afterwards();
}

std::optional<Checked<Action>> Orders::line_change(std::int64_t id, const Call& call) {
    if (call.path.size() == 2 && call.method == "POST") {
        const json::object body = call.body.is_object() ? call.body.as_object() : json::object();
        return Action{id, "addline", [this, body](Row& row) { return with_new_line(row, body); }};
    }
    const auto line = call.path.size() == 3 ? number_in(call.path[2]) : std::nullopt;
    if (!line) {
        return std::nullopt;
    }
    if (call.method == "PUT") {
        const json::object body = call.body.is_object() ? call.body.as_object() : json::object();
        return Action{id, "updateline", [this, body, line](Row& row) {
                          return with_changed_line(row, *line, body);
                      }};
    }
    if (call.method == "DELETE") {
        return Action{id, "deleteline", [line](Row& row) {
                          if (row.text("fk_statut") == kDraft) {
                              std::erase_if(row.lines, [&](const OrderLine& held) {
                                  return held.id == *line;
                              });
                              total(row);
                          }
                          return as_it_is_afterwards();
                      }};
    }
    return std::nullopt;
}

Response Orders::with_new_line(Row& row, const json::object& body) {
    if (row.text("fk_statut") != kDraft) {
        return refuse({400, ""});
    }
    if (!body.contains("product_type") && !body.contains("fk_product")) {
        return refuse(
            {400,
             "Incorrect integer value: '' for column `dolibarr`.`llx_commandedet`.`product_type` at row 1"}
        );
    }
    OrderLine line;
    line.id = ++last_line_;
    read_line(line, body);
    row.lines.push_back(line);
    total(row);
    return json_answer(line.id);
}

Response Orders::with_changed_line(Row& row, std::int64_t line_id, const json::object& body) const {
    const auto line = std::ranges::find(row.lines, line_id, &OrderLine::id);
    if (line == row.lines.end()) {
        return refuse({404, "Line not found"});
    }
    if (row.text("fk_statut") == kDraft) {
        read_line(*line, body);
        total(row);
    }
    return as_it_is_afterwards();
}

Checked<Action> Orders::link_change(std::int64_t id, const Call& call) {
    const auto contact = number_in(call.path[2]);
    if (!contact) {
        return std::unexpected(
            Refused(400, "Invalid value specified for `contactid`. Expecting integer value")
        );
    }
    const ContactLink link = {*contact, call.path[3]};
    if (call.method == "POST") {
        return Action{id, "link_contact", [this, link](Row& row) { return with_contact(row, link); }};
    }
    return Action{id, "unlink_contact", [link](Row& row) {
                      std::erase(row.contacts, link);
                      return as_it_is_afterwards();
                  }};
}

Response Orders::with_contact(Row& row, const ContactLink& link) const {
    constexpr std::string_view kTypes[] = {"CUSTOMER", "BILLING", "SHIPPING"};
    const bool known_type = std::ranges::find(kTypes, link.type) != std::end(kTypes);
    if (!known_type || std::ranges::find(row.contacts, link) != row.contacts.end()) {
        return not_modified();
    }
    if (!environment_.exists("contacts", link.contact)) {
        return refuse({500, "Error when added the contact"});
    }
    row.contacts.push_back(link);
    return success_answer("Contact linked to the order");
}

}  // namespace navette::standin
