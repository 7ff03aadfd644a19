#include "tests/standin/zendesk_colleague.hpp"

#include <boost/json.hpp>

namespace navette::standin {

namespace json = boost::json;

std::optional<std::string> ZendeskColleague::make(const std::string& object, const std::string& name) {
    if (object == "contact") {
        return users_.create({{"name", name}, {"skip_verify_email", true}})->row->id;
    }
    if (object == "company") {
        return organizations_.create({{"name", name}})->row->id;
    }
    if (object == "ticket") {
        const json::object comment{{"body", name}, {"public", false}};
        tickets_.create({{"subject", name}, {"comment", comment}});
        return account_.tickets.all().back()->id;
    }
    return std::nullopt;
}

std::optional<std::string> ZendeskColleague::change(const json::object& wanted) {
    const auto object = text_of(wanted, "object");
    auto id = text_of(wanted, "remote_id");
    const auto name = "Somebody " + std::to_string(++last_);
    if (id.empty()) {
        return make(object, name);
    }
    const auto* remove = wanted.if_contains("delete");
    const bool is_removal = remove != nullptr && *remove == json::value(true);
    if (auto* row = object == "contact" ? account_.users.find(id) : nullptr) {
        is_removal ? users_.remove(*row) : void(users_.update(*row, {{"name", name}}));
        return id;
    }
    if (auto* row = object == "company" ? account_.organizations.find(id) : nullptr) {
        is_removal ? organizations_.remove(*row) : void(organizations_.update(*row, {{"name", name}}));
        return id;
    }
    if (auto* row = object == "ticket" ? account_.tickets.find(id) : nullptr) {
        is_removal ? tickets_.remove(*row) : void(tickets_.update(*row, {{"subject", name}}));
        return id;
    }
    return std::nullopt;
}

}  // namespace navette::standin
