#include "tests/standin/dolibarr_parties.hpp"

#include "tests/standin/dolibarr_numbering.hpp"
#include "tests/standin/dolibarr_text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace navette::standin {

namespace json = boost::json;

namespace {

constexpr Field kThirdpartyFields[] = {
    {"id", "rowid", FieldKind::integer, 0, Writable::never},
    {"date_modification", "tms", FieldKind::moment, 0, Writable::never},
    {"name", "nom", FieldKind::text, 128},
    {"name_alias", "name_alias", FieldKind::text, 128},
    {"ref_ext", "ref_ext", FieldKind::text, 255},
    {"client", "client", FieldKind::integer},
    {"fournisseur", "fournisseur", FieldKind::integer},
    {"code_client", "code_client", FieldKind::text, 24},
    {"email", "email", FieldKind::email, 128},
    {"phone", "phone", FieldKind::phone, 30},
    {"phone_mobile", "phone_mobile", FieldKind::phone, 30},
    {"url", "url", FieldKind::text, 255},
    {"address", "address", FieldKind::text, 255, Writable::always, Empty::as_text},
    {"zip", "zip", FieldKind::text, 25},
    {"town", "town", FieldKind::text, 50},
    {"country_id", "fk_pays", FieldKind::integer},
    {"typent_id", "fk_typent", FieldKind::integer},
    {"tva_intra", "tva_intra", FieldKind::text, 20},
    {"idprof1", "siren", FieldKind::text, 128},
    {"idprof2", "siret", FieldKind::text, 128},
    {"note_private", "note_private", FieldKind::note},
    {"note_public", "note_public", FieldKind::note},
    {"status", "status", FieldKind::integer},
    {"date_creation", "datec", FieldKind::moment, 0, Writable::never},
};
constexpr std::string_view kThirdpartyRequired[] = {"name"};
constexpr std::string_view kByEmail[] = {"email"};
constexpr Layout kThirdparties = {
    .kind = "thirdparties",
    .table = "societe",
    .noun = "thirdparty",
    .not_found = "Thirdparty not found",
    .list_error = "Error when retrieve third parties",
    .source = "api_thirdparties.class.php:302",
    .trigger = "COMPANY",
    .alias = "ef",
    .fields = kThirdpartyFields,
    .required = kThirdpartyRequired,
    .looked_up_by = kByEmail,
    .empty_list_is_404 = true,
};

constexpr Field kContactFields[] = {
    {"id", "rowid", FieldKind::integer, 0, Writable::never},
    {"date_modification", "tms", FieldKind::moment, 0, Writable::never},
    {"lastname", "lastname", FieldKind::text, 50, Writable::always, Empty::as_text},
    {"firstname", "firstname", FieldKind::text, 50, Writable::always, Empty::as_text},
    {"civility_code", "civility", FieldKind::text, 6},
    {"ref_ext", "ref_ext", FieldKind::text, 255},
    {"socid", "fk_soc", FieldKind::integer},
    {"email", "email", FieldKind::email, 255, Writable::always, Empty::as_text},
    {"phone_pro", "phone", FieldKind::text, 30, Writable::always, Empty::as_text},
    {"phone_perso", "phone_perso", FieldKind::text, 30, Writable::always, Empty::as_text},
    {"phone_mobile", "phone_mobile", FieldKind::text, 30, Writable::always, Empty::as_text},
    {"poste", "poste", FieldKind::text, 255, Writable::always, Empty::as_text},
    {"address", "address", FieldKind::text, 255, Writable::always, Empty::as_text},
    {"zip", "zip", FieldKind::text, 25, Writable::always, Empty::as_text},
    {"town", "town", FieldKind::text, 255, Writable::always, Empty::as_text},
    {"country_id", "fk_pays", FieldKind::integer},
    {"note_private", "note_private", FieldKind::note},
    {"note_public", "note_public", FieldKind::note},
    {"statut", "statut", FieldKind::integer},
    {"date_creation", "datec", FieldKind::moment, 0, Writable::never},
};
constexpr std::string_view kContactRequired[] = {"lastname"};
constexpr Layout kContacts = {
    .kind = "contacts",
    .table = "socpeople",
    .noun = "contact",
    .not_found = "Contact not found",
    .list_error = "Error when retrieve contacts",
    .source = "api_contacts.class.php:362",
    .trigger = "CONTACT",
    .alias = "te",
    .fields = kContactFields,
    .required = kContactRequired,
    .looked_up_by = kByEmail,
};

constexpr std::size_t kShortestCode = 11;  // of the default code module, mod_codeclient_monkey
constexpr std::string_view kAutoCodePrefix = "CU";

}  // namespace

Thirdparties::Thirdparties(DolibarrEnvironment& environment) : DolibarrResource(environment, kThirdparties) {}

Checked<void> Thirdparties::complete(Row& row, const json::object&) {
    if (row.text("nom").empty()) {
        return std::unexpected(Refused(500, "Error creating thirdparty", {"ErrorBadThirdPartyName"}));
    }
    row["datec"] = environment_.clock.php_time(environment_.clock.now());
    row["client"] = row["client"].value_or("0");
    row["fournisseur"] = row["fournisseur"].value_or("0");
    row["status"] = row["status"].value_or("1");
    return settle_code(row);
}

Checked<void> Thirdparties::settle_code(Row& row) {
    const std::string code = upper_cased(row.text("code_client"));
    if (row.text("client") == "0" || code.empty()) {
        row["code_client"] = std::nullopt;
    } else if (code == "-1" || code == "AUTO") {
        row["code_client"] = next_code();
    } else if (code.size() < kShortestCode) {
        return std::unexpected(Refused(500, "Error creating thirdparty", {"", "ErrorBadCustomerCodeSyntax"}));
    } else {
        row["code_client"] = code;
    }
    return {};
}

std::string Thirdparties::next_code() const {
    std::vector<std::string> codes;
    for (const auto& [id, row] : table_.rows()) {
        codes.push_back(row.text("code_client"));
    }
    return next_number(kAutoCodePrefix, environment_.clock.php_time(environment_.clock.now()), 5, codes);
}

Checked<void> Thirdparties::amend(Row& row, const json::object& body) {
    if (row.text("nom").empty()) {
        row["nom"] = table_.find(row.id())->text("nom");  // an update that empties the name leaves it
    }
    return body.contains("code_client") ? settle_code(row) : Checked<void>();
}

Checked<void> Thirdparties::check_delete(const Row& row) {
    for (const auto& [id, order] : environment_.tables.at("orders")->rows()) {
        if (order.number("fk_soc") == row.id()) {
            // Dolibarr's own words: it says "product" of a third party too.
            return std::unexpected(Refused(409, "Can't delete, that product is probably used"));
        }
    }
    return {};
}

std::vector<UniqueKey> Thirdparties::unique_keys(const Row& row) const {
    if (!row["code_client"]) {
        return {};
    }
    return {{
        .key = "code_client|" + folded(row.text("code_client")),
        .seen = {"", "ErrorCustomerCodeAlreadyUsed"},
        .lost = {"Duplicate value in a unique field"},
        .on_update = Refused(500, ""),
    }};
}

json::object Thirdparties::show(const Row& row) const {
    json::object object = DolibarrResource::show(row);
    object["ref"] = std::to_string(row.id());
    object["nom"] = object["name"];
    object["prospect"] = row.text("client") == "2" || row.text("client") == "3" ? 1 : 0;
    return object;
}

std::string Thirdparties::label_of(const Row& row) const {
    return row.text("nom");
}

Contacts::Contacts(DolibarrEnvironment& environment) : DolibarrResource(environment, kContacts) {}

Checked<void> Contacts::complete(Row& row, const json::object&) {
    row["datec"] = environment_.clock.php_time(environment_.clock.now());
    row["statut"] = row["statut"].value_or("1");
    if (row["fk_soc"] && row.number("fk_soc") > 0 &&
        !environment_.exists("thirdparties", row.number("fk_soc"))) {
        return std::unexpected(Refused(
            500,
            "Error creating contact",
            {"Cannot add or update a child row: a foreign key constraint fails (`dolibarr`.`llx_socpeople`, "
             "CONSTRAINT `fk_socpeople_fk_soc` FOREIGN KEY (`fk_soc`) REFERENCES `llx_societe` (`rowid`))"}
        ));
    }
    return {};
}

json::object Contacts::show(const Row& row) const {
    json::object object = DolibarrResource::show(row);
    object["ref"] = std::to_string(row.id());
    object["mail"] = object["email"];
    return object;
}

std::string Contacts::label_of(const Row& row) const {
    return std::to_string(row.id());
}

}  // namespace navette::standin
