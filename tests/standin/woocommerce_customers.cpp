#include "tests/standin/woocommerce_customers.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace navette::standin::woocommerce {

namespace {

constexpr std::size_t kLongestLogin = 60;
constexpr std::array<const char*, 11> kAddressParts{
    "first_name",
    "last_name",
    "company",
    "address_1",
    "address_2",
    "city",
    "postcode",
    "country",
    "state",
    "email",
    "phone"
};

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return text;
}

Refusal refusal(const char* code, std::string words) {
    return {400, code, std::move(words), {}};
}

/// Names as WordPress keeps those of users: backslashes vanish as well.
std::string user_name(std::string_view text) {
    auto kept = kept_name(text);
    std::erase(kept, '\\');
    return kept;
}

}  // namespace

bool is_email(std::string_view text) {
    const auto at = text.find('@');
    return at != std::string_view::npos && at > 0 && text.find('.', at) != std::string_view::npos &&
           text.find('@', at + 1) == std::string_view::npos && text.find(' ') == std::string_view::npos &&
           !text.ends_with('.');
}

std::string metadata_of(const json::object& fields, std::string_view key) {
    if (const auto* metadata = fields.if_contains("meta_data"); metadata != nullptr && metadata->is_array()) {
        for (const auto& item : metadata->get_array()) {
            if (text_of(item.get_object(), "key") == key) {
                return text_of(item.get_object(), "value");
            }
        }
    }
    return {};
}

void merge_address(json::object& fields, const char* name, const json::object& body) {
    auto& address = fields[name];
    if (!address.is_object()) {
        json::object empty;
        for (const auto* part : kAddressParts) {
            empty[part] = "";
        }
        address = std::move(empty);
    }
    const auto* sent = body.if_contains(name);
    if (sent == nullptr || !sent->is_object()) {
        return;
    }
    for (const auto* part : kAddressParts) {
        if (sent->get_object().contains(part)) {
            address.get_object()[part] = text_of(sent->get_object(), part);
        }
    }
}

Customers::Customers(Shop& shop) : Resource(shop, "customers", "customer", {}) {
    add_administrator();
}

void Customers::clear() {
    Resource::clear();
    add_administrator();
}

void Customers::add_administrator() {
    json::object fields{
        {"email", "admin@shop.test"},
        {"first_name", ""},
        {"last_name", ""},
        {"role", "administrator"},
        {"username", "admin"},
        {"meta_data", json::array()},
    };
    merge_address(fields, "billing", {});
    merge_address(fields, "shipping", {});
    rows_.insert(std::move(fields), shop_.clock.tick());
}

const std::vector<Parameter>& Customers::parameters() const {
    using Type = Parameter::Type;
    static const std::vector<Parameter> kParameters{
        {"email", Type::string, {}},
        {"first_name", Type::string, {}},
        {"last_name", Type::string, {}},
        {"username", Type::string, {}},
        {"password", Type::string, {}},
        {"billing", Type::object, {}},
        {"shipping", Type::object, {}},
        {"meta_data", Type::array, {}},
    };
    return kParameters;
}

std::optional<Refusal> Customers::schema(const json::object& body) const {
    if (auto mistake = schema_mistake(body, parameters())) {
        return mistake;
    }
    const auto* billing = body.if_contains("billing");
    if (billing == nullptr || !billing->is_object()) {
        return std::nullopt;
    }
    const auto& address = billing->get_object();
    for (const auto& [name, value] : address) {
        if (!value.is_string()) {
            return invalid_parameter("billing", "billing[" + std::string(name) + "] is not of type string.");
        }
    }
    const auto email = text_of(address, "email");
    if (!email.empty() && !is_email(email)) {
        return invalid_parameter("billing", "Invalid email address.", "rest_invalid_email");
    }
    return std::nullopt;
}

void Customers::write(json::object& fields, const json::object& body) {
    for (const auto* name : {"first_name", "last_name"}) {
        if (body.contains(name)) {
            fields[name] = user_name(text_of(body, name));
        }
    }
    merge_address(fields, "billing", body);
    merge_address(fields, "shipping", body);
    if (const auto* sent = body.if_contains("meta_data"); sent != nullptr && sent->is_array()) {
        // Since 9.5.2 metadata of users whose name begins with "_" is dropped.
        json::array kept;
        for (const auto& item : sent->get_array()) {
            if (item.is_object() && !text_of(item.get_object(), "key").starts_with('_')) {
                kept.push_back(item);
            }
        }
        merge_metadata(fields["meta_data"].get_array(), kept, shop_);
    }
}

Checked<json::object> Customers::made(const json::object& body, bool in_batch) {
    const auto email = text_of(body, "email");
    if (!body.contains("email") && !in_batch) {
        return std::unexpected(Refusal{
            400,
            "rest_missing_callback_param",
            "Missing parameter(s): email",
            {{"params", json::array{"email"}}}
        });
    }
    if (!is_email(email)) {
        return std::unexpected(refusal(
            in_batch ? "registration-error-invalid-email" : "customer_invalid_email",
            "Please provide a valid email address."
        ));
    }
    if (rows_.find_by("email", email, true) != nullptr) {
        shop_.effects.duplicate_refused();
        return std::unexpected(refusal(
            "registration-error-email-exists",
            "An account is already registered with " + email +
                ". Please log in or use a different email "
                "address."
        ));
    }
    auto login = text_of(body, "username");
    if (login.empty()) {
        const auto stem = lower(email.substr(0, email.find('@')));
        login = stem;
        for (int next = 2; rows_.find_by("username", login, true) != nullptr; ++next) {
            login = stem + "-" + std::to_string(next);
        }
    } else if (rows_.find_by("username", login, true) != nullptr) {
        return std::unexpected(refusal(
            "registration-error-username-exists", "An account is already registered with that username."
        ));
    }
    if (login.size() > kLongestLogin) {
        return std::unexpected(
            refusal("user_login_too_long", "Username may not be longer than 60 characters.")
        );
    }
    json::object fields{
        {"email", email},
        {"first_name", ""},
        {"last_name", ""},
        {"role", "customer"},
        {"username", login},
        {"is_paying_customer", false},
        {"avatar_url", "https://secure.gravatar.com/avatar/0?s=96&d=mm&r=g"},
        {"meta_data", json::array()},
    };
    write(fields, body);
    return fields;
}

Checked<json::object> Customers::edited(const JsonRow& row, const json::object& body) {
    auto fields = row.fields;
    const auto login = text_of(body, "username");
    if (!login.empty() && login != text_of(fields, "username")) {
        return std::unexpected(
            refusal("woocommerce_rest_customer_invalid_argument", "Username isn't editable.")
        );
    }
    if (body.contains("email")) {
        const auto email = text_of(body, "email");
        const auto* owner = rows_.find_by("email", email, true);
        if (!is_email(email) || (owner != nullptr && owner->id != row.id)) {
            return std::unexpected(
                refusal("woocommerce_rest_customer_invalid_email", "Email address is invalid.")
            );
        }
        fields["email"] = email;
    }
    write(fields, body);
    return fields;
}

Checked<std::vector<JsonRow*>> Customers::selected(const Query& query) {
    const auto role = parameter(query, "role", "customer");
    const auto email = lower(parameter(query, "email"));
    return rows_.all([&](const JsonRow& row) {
        return (role == "all" || text_of(row.fields, "role") == role) &&
               (email.empty() || lower(text_of(row.fields, "email")) == email);
    });
}

const ListRules& Customers::rules() const {
    static const ListRules kRules{{"id", "include", "name", "registered_date"}, "name", "asc", false};
    return kRules;
}

RecordKeys Customers::keys(const JsonRow& row) const {
    return {{"email", lower(text_of(row.fields, "email"))}, {"key", metadata_of(row.fields, "navette_id")}};
}

}  // namespace navette::standin::woocommerce
