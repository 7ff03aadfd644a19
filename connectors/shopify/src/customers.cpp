// Customers: an upsert by e-mail address, which may be sent again without harm. It replaces lists as a whole,
// so an address and tags go with it to a customer that does not exist yet, and never to one that does. The
// default address of a linked customer is changed by itself.
#include "documents.hpp"
#include "recipes.hpp"

#include <utility>

namespace navette::shopify {

namespace {

/// Changes the customer's default address by these fields, or gives it one.
Task<Outcome> set_address(Session& session, std::string customer, json::object address, Outcome written) {
    const auto held = co_await query(session, documents::kDefaultAddress, {{"id", customer}});
    if (!held) {
        co_return held.error();
    }
    const auto* found = sdk::object_at(*held, "customer");
    const auto* present = found == nullptr ? nullptr : sdk::object_at(*found, "defaultAddress");
    json::object variables{{"customer", customer}};
    variables["address"] = std::move(address);
    if (present != nullptr) {
        variables["id"] = sdk::text_at(*present, "id");
    }
    const auto data = co_await query(
        session, present == nullptr ? documents::kAddAddress : documents::kChangeAddress, std::move(variables)
    );
    if (!data) {
        co_return data.error();
    }
    const auto payload =
        payload_of(*data, present == nullptr ? "customerAddressCreate" : "customerAddressUpdate");
    if (!payload) {
        co_return payload.error();
    }
    written.remote_version.clear();  // it has changed since
    co_return written;
}

}  // namespace

CustomerWrite customer_write(sdk::Operation operation, const std::string& id) {
    auto input = std::move(operation.fields);
    json::object identifier;
    CustomerWrite write;
    if (id.empty()) {
        identifier["email"] = sdk::text_at(input, "email");
        auto* address = input.if_contains("address");
        if (address != nullptr && address->is_object()) {
            for (const auto* name : {"firstName", "lastName"}) {
                if (const auto* value = input.if_contains(name)) {
                    address->get_object().emplace(name, *value);
                }
            }
            auto only = std::move(*address);
            input["addresses"] = json::array{std::move(only)};
        }
    } else {
        identifier["id"] = id;
        input.erase("tags");
        const auto* address = sdk::object_at(input, "address");
        if (address != nullptr && !operation.remote_id.empty()) {
            write.address = *address;
        }
    }
    input.erase("address");
    write.variables["identifier"] = std::move(identifier);
    write.variables["input"] = std::move(input);
    return write;
}

void drop_local_phone(Session& session, json::object& fields) {
    if (const auto phone = sdk::text_at(fields, "phone"); !phone.empty() && !phone.starts_with('+')) {
        // One number that is not international would have the whole customer refused.
        session.remark("the phone number has no country and is left out");
        fields.erase("phone");
    }
}

Task<Outcome> push_customer(Session& session, sdk::Operation operation) {
    const auto email = sdk::text_at(operation.fields, "email");
    auto id = operation.remote_id;
    if (id.empty() && email.empty()) {
        co_return Outcome::rejected("a customer needs an e-mail address", "email");
    }
    drop_local_phone(session, operation.fields);
    if (id.empty()) {
        const auto found = co_await query(session, documents::kFindCustomer, {{"email", email}});
        if (!found) {
            co_return found.error();
        }
        if (const auto* customer = sdk::object_at(*found, "customerByIdentifier")) {
            id = sdk::text_at(*customer, "id");
        }
    }
    auto write = customer_write(std::move(operation), id);
    const auto data = co_await query(session, documents::kSetCustomer, std::move(write.variables));
    if (!data) {
        co_return data.error();
    }
    const auto payload = payload_of(*data, "customerSet");
    auto outcome = payload ? outcome_of_object(*payload, "customer") : payload.error();
    if (outcome.is_success() && !write.address.empty()) {
        co_return co_await set_address(session, id, std::move(write.address), std::move(outcome));
    }
    co_return outcome;
}

}  // namespace navette::shopify
