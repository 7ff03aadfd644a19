#include "tests/standin/zendesk_tickets.hpp"

#include "tests/standin/zendesk_listing.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace navette::standin {

namespace json = boost::json;

namespace {

constexpr std::array kWritable{
    "subject",
    "priority",
    "status",
    "type",
    "tags",
    "external_id",
    "assignee_id",
    "group_id",
    "organization_id",
    "custom_fields",
    "due_at"
};
constexpr std::array kPriorities{"urgent", "high", "normal", "low"};
constexpr std::array kStatuses{"new", "open", "pending", "hold", "solved", "closed"};
constexpr std::array kTypes{"problem", "incident", "question", "task"};

template <std::size_t N>
void check_choice(
    const json::object& ticket,
    const char* field,
    const std::array<const char*, N>& choices,
    std::vector<ZendeskFault>& faults
) {
    const auto* value = ticket.if_contains(field);
    if (value == nullptr || value->is_null()) {
        return;
    }
    const bool is_known = value->is_string() && std::ranges::any_of(choices, [&](const char* choice) {
                              return value->get_string() == choice;
                          });
    if (!is_known) {
        faults.push_back({field, std::string(field) + ": is not in the list of values", "InvalidValue"});
    }
}

const json::object* comment_of(const json::object& ticket) {
    const auto* comment = ticket.if_contains("comment");
    return comment == nullptr ? nullptr : comment->if_object();
}

std::string words_of(const json::object& comment) {
    const auto body = text_of(comment, "body");
    return body.empty() ? text_of(comment, "html_body") : body;
}

}  // namespace

void ZendeskTickets::tell(const JsonRow& row, const std::string& what) {
    if (account_.tell) {
        account_.tell({"ticket", what, &row, {}});
    }
}

std::vector<ZendeskFault> ZendeskTickets::faults_of(const json::object& ticket) const {
    std::vector<ZendeskFault> faults;
    check_choice(ticket, "priority", kPriorities, faults);
    check_choice(ticket, "status", kStatuses, faults);
    check_choice(ticket, "type", kTypes, faults);
    const auto* comment = comment_of(ticket);
    if (comment != nullptr && words_of(*comment).empty()) {
        faults.push_back({"base", "Description: cannot be blank", "BlankValue"});
    }
    return faults;
}

std::optional<ZendeskFault> ZendeskTickets::set_requester(json::object& fields, const json::object& ticket) {
    if (const auto* id = ticket.if_contains("requester_id")) {
        if (!id->is_int64() || account_.users.find(std::to_string(id->get_int64())) == nullptr) {
            return ZendeskFault{"requester", "Requester: is invalid", "InvalidValue"};
        }
        fields["requester_id"] = *id;
        return std::nullopt;
    }
    const auto* named = ticket.if_contains("requester");
    if (named == nullptr || !named->is_object()) {
        return std::nullopt;
    }
    const auto email = text_of(named->get_object(), "email");
    auto* user = email.empty() ? nullptr : users_.by_address(email);
    if (user == nullptr) {
        auto wanted = named->get_object();
        wanted["skip_verify_email"] = true;  // he is written to about the ticket, not for verification
        const auto made = users_.create(wanted);
        if (!made) {
            return ZendeskFault{
                "requester", "Requester: " + made.error().front().description, "InvalidValue"
            };
        }
        user = made->row;
    }
    fields["requester_id"] = std::stoll(user->id);
    return std::nullopt;
}

void ZendeskTickets::add_comment(JsonRow& row, const json::object& comment) {
    const auto* is_public = comment.if_contains("public");
    const bool shown = is_public == nullptr || *is_public == json::value(true);
    comments_[row.id].push_back(json::object{
        {"id", ++last_comment_},
        {"type", "Comment"},
        {"body", words_of(comment)},
        {"plain_body", words_of(comment)},
        {"public", shown},
        {"created_at", zendesk_time(account_.clock.tick())}
    });
    const auto* requester = row.fields.if_contains("requester_id");
    if (shown && requester != nullptr && requester->is_int64()) {
        const auto* user = account_.users.find(std::to_string(requester->get_int64()));
        account_.mail(user == nullptr ? std::string() : text_of(users_.shown(*user), "email"));
    }
}

Response ZendeskTickets::create(const json::object& ticket) {
    auto faults = faults_of(ticket);
    const auto* comment = comment_of(ticket);
    if (comment == nullptr) {
        faults.push_back({"base", "Description: cannot be blank", "BlankValue"});
    }
    if (!faults.empty()) {
        return zendesk_invalid(faults);
    }
    json::object fields{{"status", "new"}, {"requester_id", nullptr}};
    if (const auto fault = set_requester(fields, ticket)) {
        return zendesk_invalid({*fault});
    }
    for (const char* name : kWritable) {
        const auto* value = ticket.if_contains(name);
        auto& field = fields[name];
        field = value == nullptr ? field : *value;
    }
    auto& row = account_.tickets.insert(std::move(fields), account_.clock.tick());
    row.fields["description"] = words_of(*comment);
    add_comment(row, *comment);
    account_.effects.created("tickets", {{"external_id", text_of(row.fields, "external_id")}});
    tell(row, "created");
    return zendesk_record(201, "ticket", ZendeskAccount::shown(row));
}

Response ZendeskTickets::update(JsonRow& row, const json::object& ticket) {
    if (text_of(row.fields, "status") == "closed") {
        return zendesk_invalid({{"status", "Status: closed prevents ticket update", "InvalidValue"}});
    }
    if (const auto faults = faults_of(ticket); !faults.empty()) {
        return zendesk_invalid(faults);
    }
    const auto* safe = ticket.if_contains("safe_update");
    if (safe != nullptr && *safe == json::value(true) &&
        text_of(ticket, "updated_stamp") != zendesk_time(row.modified)) {
        return zendesk_error(
            409, "UpdateConflict", "Safe Update prevented the update due to outdated ticket data"
        );
    }
    auto fields = row.fields;
    if (const auto fault = set_requester(fields, ticket)) {
        return zendesk_invalid({*fault});
    }
    for (const char* name : kWritable) {
        if (const auto* value = ticket.if_contains(name)) {
            fields[name] = *value;
        }
    }
    const auto* comment = comment_of(ticket);
    const bool is_other = fields != row.fields;
    const auto before = std::exchange(row.fields, std::move(fields));
    if (comment != nullptr) {
        add_comment(row, *comment);
        account_.effects.created("comments", {{"body", words_of(*comment)}});
    }
    if (is_other) {
        account_.changed(row, "tickets", "update");
    } else if (comment != nullptr) {
        row.modified = account_.clock.tick();
    }
    if (is_other || comment != nullptr) {
        tell(row, "updated");
    }
    for (const std::string field : {"subject", "status", "priority", "external_id", "tags", "type"}) {
        if (before.at(field) != row.fields.at(field)) {
            tell(row, field + "_changed");
        }
    }
    if (comment != nullptr) {
        tell(row, "comment_added");
    }
    return zendesk_record(200, "ticket", ZendeskAccount::shown(row));
}

void ZendeskTickets::remove(JsonRow& row) {
    if (account_.tickets.erase(row.id, account_.clock.tick())) {
        row.fields["status"] = "deleted";
        account_.effects.changed("tickets", "delete");
        tell(row, "soft_deleted");
    }
}

Response ZendeskTickets::create_once(const ZendeskCall& call) {
    const auto& key = call.idempotency_key;
    if (key.empty()) {
        return create(call.wrapped("ticket"));
    }
    if (key.size() > 255) {
        return zendesk_error(400, "IdempotentRequestError", "The idempotency key is too long");
    }
    const auto body = json::serialize(call.body);
    const auto found = kept_.find(key);
    if (found != kept_.end() && Clock::now() < found->second.until) {
        if (found->second.body != body) {
            return zendesk_error(
                400, "IdempotentRequestError", "Request parameters don't match the given idempotency key"
            );
        }
        auto again = found->second.response;
        again.headers.emplace_back("x-idempotency-lookup", "hit");
        return again;
    }
    auto response = create(call.wrapped("ticket"));
    if (response.status == 201) {
        const auto until =
            Clock::now() + std::chrono::seconds(account_.options.number("idempotency_s", 7200));
        kept_[key] = {body, response, until};
    }
    response.headers.emplace_back("x-idempotency-lookup", "miss");
    return response;
}

Response ZendeskTickets::list(const ZendeskCall& call) {
    json::array found;
    const auto external = call.parameter("external_id");
    for (const auto* row : account_.tickets.all()) {
        if (!call.query.contains("external_id") || text_of(row->fields, "external_id") == external) {
            found.push_back(ZendeskAccount::shown(*row));
        }
    }
    return zendesk_page(call, "tickets", std::move(found));
}

Response ZendeskTickets::comments(const ZendeskCall& call, const JsonRow& row) {
    auto all = comments_[row.id];
    // Each way of paging has its own name for the order, and ignores the other's.
    const bool newest_first = pages_by_cursor(call) ? call.parameter("sort") == "-created_at"
                                                    : call.parameter("sort_order") == "desc";
    if (newest_first) {
        std::ranges::reverse(all);
    }
    return zendesk_page(call, "comments", std::move(all));
}

std::optional<Response> ZendeskTickets::answer(const ZendeskCall& call) {
    if (call.is("POST", 1)) {
        return create_once(call);
    }
    if (call.is("GET", 1)) {
        return list(call);
    }
    if (call.path.size() < 2) {
        return std::nullopt;
    }
    auto* row = account_.tickets.find(call.path[1]);
    if (row == nullptr) {
        return zendesk_not_found();
    }
    if (call.is("GET", 2)) {
        return zendesk_record(200, "ticket", ZendeskAccount::shown(*row));
    }
    if (call.is("PUT", 2)) {
        return update(*row, call.wrapped("ticket"));
    }
    if (call.is("DELETE", 2)) {
        remove(*row);
        return Response{204, "application/json", ""};
    }
    if (call.is("GET", 3) && call.path[2] == "comments") {
        return comments(call, *row);
    }
    return std::nullopt;
}

void ZendeskTickets::clear() {
    kept_.clear();
    comments_.clear();
}

}  // namespace navette::standin
