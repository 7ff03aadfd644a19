#include "tests/standin/pipedrive_notes.hpp"

#include "tests/standin/pipedrive_entities.hpp"

#include <navette/sdk/reading.hpp>

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace navette::standin::pipedrive {

namespace {

constexpr std::array<std::pair<const char*, const char*>, 3> kParents{
    {{"person_id", "persons"}, {"org_id", "organizations"}, {"deal_id", "deals"}}
};

std::string without_comments(std::string html) {
    for (auto begin = html.find("<!--"); begin != std::string::npos; begin = html.find("<!--")) {
        const auto end = html.find("-->", begin);
        html.erase(begin, end == std::string::npos ? end : end + 3 - begin);
    }
    return html;
}

/// What "add_time DESC" orders by; empty where it is no order.
std::pair<std::string, bool> order_of(const std::string& sort) {
    const auto blank = sort.find(' ');
    const auto direction = blank == std::string::npos ? std::string("ASC") : sort.substr(blank + 1);
    const auto field = sort.substr(0, blank);
    const bool is_known =
        field == "id" || field == "add_time" || field == "update_time" || field == "content";
    return {is_known && (direction == "ASC" || direction == "DESC") ? field : "", direction == "DESC"};
}

}  // namespace

Response offset_page(const Call& call, const json::array& all, std::size_t most) {
    const auto limit = limit_of(call, std::min<std::size_t>(100, most), most);
    if (!limit) {
        return refused(limit.error());
    }
    const auto start = static_cast<std::size_t>(
        std::max<std::int64_t>(0, sdk::to_integer(call.parameter("start")).value_or(0))
    );
    const auto begin = std::min(start, all.size());
    const auto end = std::min(begin + *limit, all.size());
    json::object place{{"start", start}, {"limit", *limit}, {"more_items_in_collection", end < all.size()}};
    if (end < all.size()) {
        place["next_start"] = end;
    }
    json::array part(
        all.begin() + static_cast<std::ptrdiff_t>(begin), all.begin() + static_cast<std::ptrdiff_t>(end)
    );
    return success(
        part.empty() ? json::value() : json::value(std::move(part)), {{"pagination", std::move(place)}}
    );
}

Checked<json::object> Notes::read(const json::object& body) {
    json::object read;
    if (const auto* content = body.if_contains("content")) {
        if (!content->is_string() || content->get_string().empty()) {
            return std::unexpected(Refusal(400, "Note content must be specified."));
        }
        read["content"] = without_comments(std::string(content->get_string()));
    }
    for (const auto& [name, kind] : kParents) {
        const auto* value = body.if_contains(name);
        if (value == nullptr || value->is_null()) {
            continue;
        }
        const auto id = sdk::to_integer(*value);
        if (!id || environment_.table(kind).find(std::to_string(*id)) == nullptr) {
            return std::unexpected(Refusal(400, std::string(name) + " was not found"));
        }
        read[name] = *id;
    }
    if (const auto time = sdk::text_at(body, "add_time"); !time.empty()) {
        constexpr std::size_t kLength = 19;
        if (time.size() != kLength || time[10] != ' ' || !read_time(time)) {
            return std::unexpected(Refusal(400, "add_time must be a time as YYYY-MM-DD HH:MM:SS"));
        }
        read["add_time"] = time;
    }
    return read;
}

json::object Notes::show(const JsonRow& row) {
    json::object shown{{"id", number_of(row.id)}, {"active_flag", !row.deleted}, {"user_id", kUserId}};
    shown["add_time"] = plain_time(row.created);
    for (const auto& [name, value] : row.fields) {
        shown[name] = value;
    }
    for (const auto& [name, kind] : kParents) {
        shown.emplace(name, nullptr);
    }
    shown["update_time"] = plain_time(row.modified);
    return shown;
}

void Notes::tell(Change::Action action, const JsonRow& row, json::object previous, bool by_api) const {
    Change change;
    change.entity = "note";
    change.action = action;
    change.id = row.id;
    if (action == Change::Action::removed) {
        previous = show(row);
    } else {
        change.now = show(row);
    }
    change.previous = std::move(previous);
    change.by_api = by_api;
    environment_.on_change(change);
}

Checked<std::string> Notes::create(const json::object& body, bool by_api) {
    auto note = read(body);
    if (!note) {
        return std::unexpected(note.error());
    }
    if (!note->contains("content")) {
        return std::unexpected(Refusal(400, "Note content must be specified."));
    }
    if (std::ranges::none_of(kParents, [&](const auto& parent) { return note->contains(parent.first); })) {
        return std::unexpected(Refusal(
            400, "Note must be associated with a deal, a person, an organization, a lead or a project."
        ));
    }
    const auto mark = trailing_mark(sdk::text_at(*note, "content"));
    auto& row = environment_.table("notes").insert(std::move(*note), environment_.clock.tick());
    environment_.effects.created("notes", {{"mark", mark}});
    tell(Change::Action::created, row, {}, by_api);
    return row.id;
}

Checked<void> Notes::update(JsonRow& row, const json::object& body, bool by_api) {
    const auto changes = read(body);
    if (!changes) {
        return std::unexpected(changes.error());
    }
    auto note = row.fields;
    for (const auto& [name, value] : *changes) {
        note[name] = value;
    }
    auto previous = difference(row.fields, note);
    if (previous.empty()) {
        return {};
    }
    row.fields = std::move(note);
    row.modified = environment_.clock.tick();
    environment_.effects.changed("notes", "update");
    tell(Change::Action::changed, row, std::move(previous), by_api);
    return {};
}

bool Notes::erase(const std::string& id, bool by_api) {
    auto& table = environment_.table("notes");
    if (!table.erase(id, environment_.clock.tick())) {
        return false;
    }
    environment_.effects.changed("notes", "delete");
    tell(Change::Action::removed, *table.find_any(id), {}, by_api);
    return true;
}

Response Notes::answer_record(const Call& call) {
    auto* row = environment_.table("notes").find_any(call.path[1]);
    if (row == nullptr || (row->deleted && environment_.options.text("deleted", "shown") != "shown")) {
        return refused({404, "Note not found"});
    }
    if (call.method == "GET") {
        return success(show(*row));
    }
    if (call.method == "PUT") {
        const auto done = update(*row, call.body, true);
        return done ? success(show(*row)) : refused(done.error());
    }
    if (call.method == "DELETE") {
        return erase(call.path[1], true) ? success(true) : refused({404, "Note not found"});
    }
    return unknown_method();
}

Response Notes::list(const Call& call) {
    const auto since = call.parameter("updated_since");
    const auto since_time = read_time(since);
    const auto sort = call.parameter("sort");
    const auto [field, is_descending] = order_of(sort.empty() ? "id ASC" : sort);
    if ((!since.empty() && !since_time) || field.empty()) {
        return refused({400, "updated_since or sort cannot be read"});
    }
    auto rows = environment_.table("notes").all([&](const JsonRow& row) {
        constexpr std::int64_t kSecond = 1000;
        const bool is_late = !since_time || row.modified / kSecond >= *since_time / kSecond;
        return is_late && std::ranges::all_of(kParents, [&](const auto& parent) {
                   const auto wanted = call.parameter(parent.first);
                   return wanted.empty() || sdk::text_at(row.fields, parent.first) == wanted;
               });
    });
    const auto key = [&, by = field](const JsonRow* row) {
        return std::pair(by == "id" ? std::string() : sdk::text_at(show(*row), by), number_of(row->id));
    };
    std::ranges::sort(rows, {}, key);
    if (is_descending) {
        std::ranges::reverse(rows);
    }
    json::array all;
    for (const auto* row : rows) {
        all.emplace_back(show(*row));
    }
    return offset_page(call, all, 500);
}

Response Notes::answer(const Call& call) {
    if (call.path.size() == 2) {
        return answer_record(call);
    }
    if (call.path.size() == 1 && call.method == "GET") {
        return list(call);
    }
    if (call.path.size() == 1 && call.method == "POST") {
        const auto id = create(call.body, true);
        return id ? success(show(*environment_.table("notes").find(*id))) : refused(id.error());
    }
    return unknown_method();
}

}  // namespace navette::standin::pipedrive
