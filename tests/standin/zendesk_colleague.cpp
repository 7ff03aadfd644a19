#include "tests/standin/zendesk_colleague.hpp"

#include <boost/json.hpp>

namespace navette::standin {

namespace json = boost::json;

std::optional<std::string> ZendeskColleague::make(
    const std::string& object, const std::string& name, const json::object& given
) {
    if (object == "contact") {
        json::object user{{"name", name}, {"skip_verify_email", true}};
        for (const auto& [field, value] : given) {
            user[field] = value;
        }
        const auto made = users_.create(user);
        return made ? std::optional(made->row->id) : std::nullopt;
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
    const auto* fields = wanted.if_contains("fields");
    const auto given = fields == nullptr ? json::object() : fields->as_object();
    if (id.empty()) {
        return make(object, name, given);
    }
    const auto* remove = wanted.if_contains("delete");
    const bool is_removal = remove != nullptr && *remove == json::value(true);
    if (auto* row = object == "contact" ? account_.users.find(id) : nullptr) {
        is_removal ? users_.remove(*row)
                   : void(users_.update(*row, given.empty() ? json::object{{"name", name}} : given));
        return id;
    }
    if (auto* row = object == "company" ? account_.organizations.find(id) : nullptr) {
        is_removal ? organizations_.remove(*row)
                   : void(organizations_.update(*row, given.empty() ? json::object{{"name", name}} : given));
        return id;
    }
    if (auto* row = object == "ticket" ? account_.tickets.find(id) : nullptr) {
        is_removal ? tickets_.remove(*row)
                   : void(tickets_.update(*row, given.empty() ? json::object{{"subject", name}} : given));
        return id;
    }
    return std::nullopt;
}

}  // namespace navette::standin
