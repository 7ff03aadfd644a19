#include "tests/standin/zendesk_identities.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace navette::standin {

namespace json = boost::json;

namespace {

json::array& list_of(JsonRow& user) {
    auto& identities = user.fields["_identities"];
    if (!identities.is_array()) {
        identities = json::array();
    }
    return identities.get_array();
}

const json::array& list_of(const JsonRow& user) {
    static const json::array empty;
    const auto* identities = user.fields.if_contains("_identities");
    return identities == nullptr ? empty : identities->get_array();
}

}  // namespace

bool looks_like_an_address(std::string_view text) {
    const auto at = text.find('@');
    return at != std::string_view::npos && at > 0 && text.find('.', at) != std::string_view::npos &&
           text.find(' ') == std::string_view::npos && text.find('@', at + 1) == std::string_view::npos;
}

bool ZendeskIdentities::has(const JsonRow& user, std::string_view address) {
    const auto wanted = lower_case(address);
    return std::ranges::any_of(list_of(user), [&](const json::value& identity) {
        return text_of(identity.get_object(), "value") == wanted;
    });
}

json::value ZendeskIdentities::primary_of(const JsonRow& user) {
    for (const auto& identity : list_of(user)) {
        if (identity.at("primary").get_bool()) {
            return identity.at("value");
        }
    }
    return nullptr;
}

const json::object& ZendeskIdentities::add(
    JsonRow& user, std::string_view address, const json::object& request
) {
    auto& list = list_of(user);
    const auto value = lower_case(address);
    list.push_back(
        json::object{{"id", ++last_}, {"type", "email"}, {"value", value}, {"primary", list.empty()}}
    );
    const auto* quiet = request.if_contains("skip_verify_email");
    if (quiet == nullptr || *quiet != json::value(true)) {
        account_.mail(value);
    }
    return list.back().get_object();
}

JsonRow* ZendeskIdentities::holder_of(std::string_view address) {
    const auto found = account_.users.all([&](const JsonRow& user) { return has(user, address); });
    return found.empty() ? nullptr : found.front();
}

Response ZendeskIdentities::answer(
    const ZendeskCall& call, JsonRow& user, const std::function<void(const char*)>& tell
) {
    auto& list = list_of(user);
    if (call.is("GET", 3)) {
        return zendesk_json(200, json::object{{"identities", list}});
    }
    if (call.is("POST", 3)) {
        const auto wanted = call.wrapped("identity");
        const auto value = text_of(wanted, "value");
        if (text_of(wanted, "type") != "email" || !looks_like_an_address(value)) {
            return zendesk_invalid({{"value", "Value: is not properly formatted", "InvalidFormat"}});
        }
        if (holder_of(value) != nullptr) {
            account_.effects.duplicate_refused();
            return zendesk_invalid(
                {{"value", "Value: " + value + " is already being used by another user", "DuplicateValue"}}
            );
        }
        const auto identity = add(user, value, wanted);
        account_.changed(user, "users", "identity");
        tell("identity_created");
        return zendesk_record(201, "identity", identity);
    }
    if (call.is("PUT", 5) && call.path[4] == "make_primary") {
        const auto is_wanted = [&](const json::value& identity) {
            return std::to_string(identity.at("id").get_int64()) == call.path[3];
        };
        if (std::ranges::none_of(list, is_wanted)) {
            return zendesk_not_found();
        }
        for (auto& identity : list) {
            identity.get_object()["primary"] = is_wanted(identity);
        }
        account_.changed(user, "users", "make_primary");
        tell("identity_changed");
        return zendesk_json(200, json::object{{"identities", list}});
    }
    return zendesk_no_endpoint();
}

}  // namespace navette::standin
