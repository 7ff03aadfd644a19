#include "tests/standin/dolibarr_setup.hpp"

#include "tests/standin/dolibarr_fields.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>

namespace navette::standin {

namespace json = boost::json;

namespace {

constexpr std::string_view kKinds[] = {"status", "users", "setup", "webhook"};
constexpr std::string_view kElements[] = {
    "societe", "socpeople", "commande", "facture", "product", "projet", "actioncomm"
};
constexpr std::string_view kTriggers[] = {
    "COMPANY_CREATE",
    "COMPANY_MODIFY",
    "COMPANY_DELETE",
    "CONTACT_CREATE",
    "CONTACT_MODIFY",
    "CONTACT_DELETE",
    "ORDER_VALIDATE",
    "ORDER_CLOSE",
    "ORDER_MODIFY",
    "ORDER_DELETE",
    "PRODUCT_CREATE",
    "PRODUCT_MODIFY",
    "PRODUCT_DELETE",
    "PROJECT_CREATE",
    "PROJECT_MODIFY",
    "PROJECT_DELETE",
    "BILL_VALIDATE",
    "BILL_PAYED",
};

}  // namespace

bool DolibarrSetup::owns(std::string_view kind) {
    return std::ranges::find(kKinds, kind) != std::end(kKinds);
}

Response DolibarrSetup::refuse(const Refused& refused) const {
    return refusal(refused, environment_.settings.production ? "" : "api_setup.class.php:90");
}

Response DolibarrSetup::answer(const std::string& kind, const Call& call) {
    if (kind == "status" && call.path.empty()) {
        return call.method == "GET" ? status() : refuse({405, ""});
    }
    if (kind == "users" && call.path == std::vector<std::string>{"info"}) {
        return call.method == "GET" ? user() : refuse({405, ""});
    }
    if (kind == "setup") {
        return setup(call);
    }
    return kind == "webhook" ? webhook(call) : refuse({404, ""});
}

Response DolibarrSetup::status() const {
    json::object success = {{"code", 200}, {"dolibarr_version", "22.0.4"}, {"access_locked", "0"}};
    if (!environment_.settings.production) {
        const std::int64_t now = environment_.clock.now();
        success["environment"] = "non-production";
        success["timestamp_now_utc"] = now;
        success["timestamp_php_tz"] = environment_.clock.zone();
        success["date_tz"] = environment_.clock.php_time(now);
    }
    return json_answer(json::object{{"success", std::move(success)}});
}

Response DolibarrSetup::user() const {
    return json_answer({
        {"id", "2"},
        {"ref", "2"},
        {"login", "navette"},
        {"lastname", "Navette"},
        {"firstname", ""},
        {"email", "navette@site.test"},
        {"admin", environment_.settings.admin ? "1" : "0"},
        {"statut", "1"},
        {"entity", "1"},
        {"array_options", json::array()},
    });
}

Response DolibarrSetup::setup(const Call& call) {
    if (!environment_.settings.admin) {
        return refuse({403, "Only an admin user can use this endpoint"});
    }
    return !call.path.empty() && call.path[0] == "extrafields" ? extrafields(call) : refuse({404, ""});
}

Response DolibarrSetup::extrafields(const Call& call) {
    if (call.method == "GET") {
        json::object by_element;
        for (const auto& [element, fields] : environment_.extrafields) {
            json::object by_name;
            for (const auto& [name, field] : fields) {
                by_name[name] = {
                    {"label", field.label},
                    {"type", "varchar"},
                    {"size", std::to_string(field.size)},
                    {"unique", field.unique ? "1" : "0"},
                };
            }
            if (!by_name.empty()) {
                by_element[element] = std::move(by_name);
            }
        }
        return by_element.empty() ? refuse({404, "No extrafield found"}) : json_answer(std::move(by_element));
    }
    if (call.method == "POST" && call.path.size() == 3) {
        return create_extrafield(call.path[1], call.path[2], call.body);
    }
    return refuse({404, ""});
}

Response DolibarrSetup::create_extrafield(
    const std::string& element, const std::string& name, const json::value& sent
) {
    if (std::ranges::find(kElements, element) == std::end(kElements)) {
        return refuse({500, "Error creating extra field", {"Table 'llx_" + element + "' doesn't exist"}});
    }
    auto& fields = environment_.extrafields[element];
    if (fields.contains(name)) {
        return refuse({409, "Duplicate extrafield already found from attrname and elementtype"});
    }
    const json::object body = sent.is_object() ? sent.as_object() : json::object();
    for (const std::string_view required : {"label", "type"}) {
        if (!member_text(body, required)) {
            return refuse({400, std::string(required) + " field missing"});
        }
    }
    Extrafield field;
    field.label = member_text(body, "label").value_or("");
    const std::string size = member_text(body, "size").value_or("255");
    std::from_chars(size.data(), size.data() + size.size(), field.size);
    field.unique = member_text(body, "unique").value_or("0") == "1";
    fields[name] = field;
    return json_answer(++last_extrafield_);
}

Response DolibarrSetup::webhook(const Call& call) {
    if (call.path.empty() && call.method == "POST") {
        return create_webhook(call.body);
    }
    if (call.path.empty() && call.method == "GET") {
        json::array all;
        for (const auto& [id, target] : webhooks_) {
            all.push_back(target);
        }
        return all.empty() ? refuse({404, "Targets not found"}) : json_answer(std::move(all));
    }
    if (call.path.size() != 1) {
        return refuse({404, ""});
    }
    if (call.path[0] == "triggers" && call.method == "GET") {
        json::object triggers;
        for (const std::string_view trigger : kTriggers) {
            triggers[trigger] = trigger;
        }
        return json_answer(std::move(triggers));
    }
    std::int64_t id = 0;
    std::from_chars(call.path[0].data(), call.path[0].data() + call.path[0].size(), id);
    const auto target = webhooks_.find(id);
    if (target == webhooks_.end()) {
        return refuse({404, "Target not found"});
    }
    if (call.method == "DELETE") {
        webhooks_.erase(target);
        return success_answer("Target deleted");
    }
    if (call.method == "PUT" && call.body.is_object()) {
        for (const auto& member : call.body.as_object()) {
            if (member.key() != "id") {
                target->second[member.key()] = member.value();
            }
        }
    }
    return json_answer(target->second);
}

Response DolibarrSetup::create_webhook(const json::value& sent) {
    const json::object body = sent.is_object() ? sent.as_object() : json::object();
    for (const std::string_view required : {"url", "trigger_codes"}) {
        if (!member_text(body, required)) {
            return refuse({400, std::string(required) + " field missing"});
        }
    }
    if (!member_text(body, "label")) {
        return refuse({500, "Error creating target", {"Column 'label' cannot be null"}});
    }
    const std::int64_t id = ++last_webhook_;
    json::object& target = webhooks_[id];
    target["id"] = std::to_string(id);
    target["ref"] = member_text(body, "ref").value_or(std::to_string(id));
    target["label"] = *member_text(body, "label");
    target["url"] = *member_text(body, "url");
    target["trigger_codes"] = *member_text(body, "trigger_codes");
    target["status"] = member_text(body, "status").value_or("1");
    target["type"] = member_text(body, "type").value_or("0");
    return json_answer(id);
}

void DolibarrSetup::add_webhook(const std::string& url) {
    std::string triggers = "ORDER_VALIDATE,ORDER_CLOSE";
    for (const std::string element : {"COMPANY", "CONTACT", "PRODUCT", "ORDER", "PROJECT"}) {
        for (const std::string what : {"_CREATE", "_MODIFY", "_DELETE"}) {
            triggers += "," + element + what;
        }
    }
    create_webhook(
        json::object{{"url", url}, {"label", "navette"}, {"trigger_codes", triggers}, {"type", "1"}}
    );
}

std::vector<std::string> DolibarrSetup::webhooks_for(std::string_view trigger) const {
    std::vector<std::string> addresses;
    for (const auto& [id, target] : webhooks_) {
        const auto codes = "," + std::string(target.at("trigger_codes").as_string()) + ",";
        if (target.at("status") == "1" && codes.find("," + std::string(trigger) + ",") != std::string::npos) {
            addresses.emplace_back(target.at("url").as_string());
        }
    }
    return addresses;
}

void DolibarrSetup::clear() {
    environment_.extrafields.clear();
    webhooks_.clear();
    last_webhook_ = 0;
}

}  // namespace navette::standin
