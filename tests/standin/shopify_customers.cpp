#include "tests/standin/shopify_resolvers.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace navette::standin {

namespace json = boost::json;

namespace {

constexpr std::size_t kLongestName = 255;

bool is_address(std::string_view text) {
    const auto at = text.find('@');
    return at != std::string_view::npos && at > 0 && text.find('@', at + 1) == std::string_view::npos &&
           text.find('.', at + 2) != std::string_view::npos && text.back() != '.' &&
           text.find(' ') == std::string_view::npos;
}

bool is_international(std::string_view text) {
    return text.size() >= 9 && text.size() <= 16 && text.front() == '+' &&
           text.substr(1).find_first_not_of("0123456789") == std::string_view::npos;
}

SearchFields searched(const JsonRow& row) {
    SearchFields found;
    found.texts["email"] = {shopify_text(row.fields, "email")};
    found.updated = row.modified;
    found.whole_days = true;
    return found;
}

/// What is wrong with the input for that customer (null: a new one).
json::array mistakes(ShopifyShop& shop, const json::object& input, const JsonRow* row) {
    json::array errors;
    const auto refuse = [&](const char* field, const std::string& message, const char* code) {
        errors.push_back(shopify_user_error({"input", field}, message, code));
    };
    const auto email = shopify_text(input, "email");
    const auto phone = shopify_text(input, "phone");
    const auto taken = [&](const char* field, const std::string& value) {
        const auto* other = value.empty() ? nullptr : shop.customers.find_by(field, value, true);
        return other != nullptr && other != row;
    };
    if (!email.empty() && !is_address(email)) {
        refuse("email", "Email is invalid", "INVALID");
    } else if (taken("email", email)) {
        refuse("email", "Email has already been taken", "TAKEN");
        shop.effects.duplicate_refused();
    }
    if (!phone.empty() && !is_international(phone)) {
        refuse("phone", "Phone is invalid", "INVALID");
    } else if (taken("phone", phone)) {
        refuse("phone", "Phone has already been taken", "TAKEN");
        shop.effects.duplicate_refused();
    }
    for (const auto* name : {"firstName", "lastName"}) {
        if (shopify_text(input, name).size() > kLongestName) {
            refuse(name, std::string(name) + " is too long (maximum is 255 characters)", "TOO_LONG");
        }
    }
    if (row == nullptr && email.empty() && phone.empty() && shopify_text(input, "firstName").empty() &&
        shopify_text(input, "lastName").empty()) {
        errors.push_back(
            shopify_user_error({"input"}, "A name, phone number, or email address must be present", "INVALID")
        );
    }
    return errors;
}

/// The row that the identifier names; null where none does. Errors where it fits the input badly.
JsonRow* identified(
    ShopifyShop& shop, const json::object& identifier, const json::object& input, json::array& errors
) {
    if (const auto* id = identifier.if_contains("id")) {
        auto* row = shop.customers.find(id->as_string());
        if (row == nullptr) {
            errors.push_back(
                shopify_user_error({"input"}, "Resource matching the identifier was not found.", "NOT_FOUND")
            );
        }
        return row;
    }
    if (const auto* custom = identifier.if_contains("customId")) {
        return shop.find_by_custom_id(shop.customers, "CUSTOMER", custom->as_object());
    }
    const auto* name = identifier.contains("email") ? "email" : "phone";
    const std::string value(identifier.at(name).as_string());
    if (!boost::beast::iequals(shopify_text(input, name), value)) {
        errors.push_back(shopify_user_error(
            {"input"},
            "The identifier value does not match the value of the corresponding field in the input.",
            "INPUT_MISMATCH"
        ));
    }
    return shop.customers.find_by(name, value, true);
}

json::value set_customer(ShopifyShop& shop, const json::object& arguments) {
    const auto& input = arguments.at("input").as_object();
    const auto* given = arguments.if_contains("identifier");
    json::array errors;
    auto* row =
        given == nullptr || given->is_null() ? nullptr : identified(shop, given->as_object(), input, errors);
    if (errors.empty()) {
        errors = mistakes(shop, input, row);
    }
    if (!errors.empty()) {
        return shopify_refusal("customer", std::move(errors));
    }
    if (row == nullptr) {
        row = &shop.customers.insert(input, shop.clock.tick());
        if (given != nullptr && given->is_object() && given->as_object().contains("customId")) {
            row->fields["key"] = given->at("customId").at("value");
        }
        shop.created(
            *row,
            "customers",
            {{"email", shopify_text(input, "email")}, {"key", shopify_text(row->fields, "key")}}
        );
    } else {
        bool differs = false;
        for (const auto& member : input) {  // lists as a whole, what is left out stays
            differs = shopify_set(row->fields, member.key(), member.value()) || differs;
        }
        if (differs) {
            shop.changed(*row, "customers");
        }
    }
    return shopify_payload("customer", shopify_customer(shop, *row));
}

/// An address as it is told, by the one that is held.
json::object address_shown(const JsonRow& row, const json::object& held) {
    json::object address{{"id", "gid://shopify/MailingAddress/" + row.id.substr(row.id.rfind('/') + 1)}};
    for (const auto* name : {"company", "address1", "zip", "city"}) {
        address[name] = shopify_member(held, name);
    }
    address["countryCodeV2"] = shopify_member(held, "countryCode");
    return address;
}

/// Lays the given fields over the customer's default address, the only one that has an id here.
json::value change_address(ShopifyShop& shop, const json::object& arguments) {
    auto* row = shop.customers.find(arguments.at("customerId").as_string());
    if (row == nullptr) {
        return shopify_refusal("address", shopify_user_error({"customerId"}, "Customer does not exist"));
    }
    const auto* held = row->fields.if_contains("addresses");
    auto addresses = held != nullptr && held->is_array() ? held->get_array() : json::array();
    const auto* id = arguments.if_contains("addressId");
    if (addresses.empty() != (id == nullptr) || (id != nullptr && *id != address_shown(*row, {}).at("id"))) {
        return shopify_refusal("address", shopify_user_error({"addressId"}, "Address does not exist"));
    }
    if (addresses.empty()) {
        addresses.push_back(json::object());
    }
    for (const auto& member : arguments.at("address").as_object()) {
        addresses.front().as_object()[member.key()] = member.value();
    }
    if (shopify_set(row->fields, "addresses", addresses)) {
        shop.changed(*row, "customers");
    }
    return shopify_payload("address", address_shown(*row, addresses.front().as_object()));
}

json::value delete_customer(ShopifyShop& shop, const json::object& arguments) {
    const std::string id(arguments.at("input").at("id").as_string());
    if (shop.customers.find(id) == nullptr) {
        return shopify_refusal("deletedCustomerId", shopify_user_error({"id"}, "Customer can't be found"));
    }
    const auto has_orders =
        !shop.orders.all([&](const JsonRow& order) { return shopify_text(order.fields, "customer") == id; }
        ).empty();
    if (has_orders) {
        return shopify_refusal(
            "deletedCustomerId",
            shopify_user_error({"id"}, "Customer can't be deleted because they have associated orders")
        );
    }
    shop.erase(shop.customers, id, "customers");
    return shopify_payload("deletedCustomerId", json::value(id));
}

json::value find_customer(ShopifyShop& shop, const json::object& arguments) {
    const auto& identifier = arguments.at("identifier").as_object();
    JsonRow* row = nullptr;
    if (identifier.contains("id")) {
        row = shop.customers.find(identifier.at("id").as_string());
    } else if (identifier.contains("customId")) {
        row = shop.find_by_custom_id(shop.customers, "CUSTOMER", identifier.at("customId").as_object());
    } else {
        const bool by_address = identifier.contains("emailAddress");
        row = shop.customers.find_by(
            by_address ? "email" : "phone",
            identifier.at(by_address ? "emailAddress" : "phoneNumber").as_string(),
            true
        );
    }
    return row == nullptr ? json::value() : json::value(shopify_customer(shop, *row));
}

}  // namespace

json::object shopify_customer(ShopifyShop&, JsonRow& row) {
    json::object full;
    full["id"] = row.id;
    full["updatedAt"] = shopify_time(row.modified);
    for (const auto* name : {"firstName", "lastName", "email", "phone", "note"}) {
        full[name] = shopify_member(row.fields, name);
    }
    const auto* tags = row.fields.if_contains("tags");
    full["tags"] = tags == nullptr || tags->is_null() ? json::value(json::array()) : *tags;
    full["defaultAddress"] = nullptr;
    const auto* addresses = row.fields.if_contains("addresses");
    if (addresses != nullptr && addresses->is_array() && !addresses->get_array().empty()) {
        full["defaultAddress"] = address_shown(row, addresses->get_array().front().as_object());
    }
    return full;
}

JsonRow& shopify_customer_of(ShopifyShop& shop, const std::string& email) {
    if (auto* held = shop.customers.find_by("email", email, true)) {
        return *held;
    }
    auto& row = shop.customers.insert({{"email", email}}, shop.clock.tick());
    shop.created(row, "customers", {{"email", email}});
    return row;
}

void add_customer_roots(ShopifyRoots& roots) {
    add_reading_roots<&ShopifyShop::customers, shopify_customer, searched>(
        roots, "customer", "customers", "read_customers"
    );
    roots["customerByIdentifier"] = {find_customer, "read_customers"};
    roots["customerSet"] = {set_customer, "write_customers"};
    roots["customerAddressCreate"] = {change_address, "write_customers"};
    roots["customerAddressUpdate"] = {change_address, "write_customers"};
    roots["customerDelete"] = {delete_customer, "write_customers"};
}

}  // namespace navette::standin
