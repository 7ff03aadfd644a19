#include "tests/standin/dolibarr_resource.hpp"

#include "tests/standin/dolibarr_deadlock.hpp"
#include "tests/standin/dolibarr_fields.hpp"
#include "tests/standin/dolibarr_text.hpp"
#include "tests/standin/pause.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace navette::standin {

namespace json = boost::json;
namespace asio = boost::asio;

namespace {

constexpr std::string_view kDeadlock = "Deadlock found when trying to get lock; try restarting transaction";
constexpr std::string_view kReset = "MySQL server has gone away";

std::string capitalised(std::string_view word) {
    return upper_cased(word.substr(0, 1)) + std::string(word.substr(1));
}

std::vector<std::string> names(const std::vector<UniqueKey>& keys) {
    std::vector<std::string> names;
    names.reserve(keys.size());
    for (const UniqueKey& key : keys) {
        names.push_back(key.key);
    }
    return names;
}

}  // namespace

DolibarrResource::DolibarrResource(DolibarrEnvironment& environment, const Layout& layout)
    : environment_(environment), table_(layout) {
    environment_.tables[std::string(layout.kind)] = &table_;
}

Checked<void> DolibarrResource::complete(Row&, const json::object&) {
    return {};
}
Checked<void> DolibarrResource::amend(Row&, const json::object&) {
    return {};
}
Checked<void> DolibarrResource::check_delete(const Row&) {
    return {};
}
std::vector<UniqueKey> DolibarrResource::unique_keys(const Row&) const {
    return {};
}
json::object DolibarrResource::show(const Row& row) const {
    return shown(row, environment_);
}
std::optional<Response> DolibarrResource::read(const Call&) {
    return std::nullopt;
}
std::optional<Checked<Action>> DolibarrResource::action(const Call&) {
    return std::nullopt;
}
std::string DolibarrResource::label_of(const Row& row) const {
    return std::to_string(row.id());
}

Response DolibarrResource::refuse(const Refused& refused) const {
    return refusal(refused, environment_.settings.production ? std::string_view() : layout().source);
}

Checked<const Row*> DolibarrResource::find(const std::string& segment) const {
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(segment.data(), segment.data() + segment.size(), id);
    if (error != std::errc() || end != segment.data() + segment.size()) {
        return std::unexpected(Refused(400, "Invalid value specified for `id`. Expecting integer value"));
    }
    const Row* row = table_.find(id);
    if (row == nullptr) {
        return std::unexpected(Refused(404, std::string(layout().not_found)));
    }
    return row;
}

asio::awaitable<Response> DolibarrResource::answer(Call call) {
    if (call.method == "GET") {
        co_return get(call);
    }
    if (call.path.empty()) {
        if (call.method == "POST") {
            co_return co_await create(std::move(call.body));
        }
        co_return refuse({405, ""});
    }
    if (call.path.size() == 1 && call.method != "POST") {
        const auto row = find(call.path[0]);
        if (!row) {
            co_return refuse(row.error());
        }
        const std::int64_t id = (*row)->id();
        if (call.method == "PUT") {
            co_return co_await update(id, std::move(call.body));
        }
        if (call.method == "DELETE") {
            co_return co_await remove(id);
        }
        co_return refuse({405, ""});
    }
    const auto asked = call.path.size() > 1 ? action(call) : std::nullopt;
    if (!asked) {
        co_return refuse({call.path.size() == 1 ? 405U : 404U, ""});
    }
    if (!*asked) {
        co_return refuse(asked->error());
    }
    co_return co_await act(**asked);
}

Response DolibarrResource::get(const Call& call) {
    if (call.path.empty()) {
        const auto answer =
            list(table_, call.query, environment_, [this](const Row& row) { return show(row); });
        return answer ? *answer : refuse(answer.error());
    }
    if (call.path.size() == 1) {
        const auto row = find(call.path[0]);
        return row ? json_answer(show(**row)) : refuse(row.error());
    }
    const auto& keys = layout().looked_up_by;
    if (call.path.size() == 2 && std::ranges::find(keys, call.path[0]) != keys.end()) {
        return look_up(call.path[0], call.path[1], call.query);
    }
    if (auto answer = read(call)) {
        return std::move(*answer);
    }
    return refuse({404, ""});
}

Response DolibarrResource::look_up(const std::string& by, const std::string& value, const Query& query)
    const {
    const std::string wanted = folded(value);
    std::vector<const Row*> found;
    for (const auto& [id, row] : table_.rows()) {
        const Value& held = row[by];
        if (held && folded(*held) == wanted) {
            found.push_back(&row);
        }
    }
    if (found.empty()) {
        return refuse({404, std::string(layout().not_found)});
    }
    const auto properties = query.find("properties");
    json::object object = only(properties == query.end() ? "" : properties->second, show(*found.front()));
    if (found.size() > 1 && by == "email") {
        for (auto& member : object) {
            member.value() = nullptr;
        }
    }
    return json_answer(object);
}

Checked<void> DolibarrResource::check_required(const json::object& body) const {
    for (const std::string_view name : layout().required) {
        const json::value* member = body.if_contains(name);
        if (member == nullptr || member->is_null()) {
            return std::unexpected(Refused(400, std::string(name) + " field missing"));
        }
    }
    return {};
}

std::vector<UniqueKey> DolibarrResource::all_keys(const Row& row) const {
    std::vector<UniqueKey> keys = unique_keys(row);
    const std::string table(layout().table);
    for (const auto& [name, extrafield] : environment_.extrafields_of(table)) {
        const auto held = row.extra.find(name);
        if (extrafield.unique && held != row.extra.end() && held->second) {
            const std::string index = "uk_" + table + "_extrafields_" + name;
            std::string complaint = "Duplicate entry '";
            complaint.append(*held->second).append("' for key '").append(index).append("'");
            const UniqueKey::Details words = {std::move(complaint)};
            keys.push_back({index + "|" + folded(*held->second), words, words});
        }
    }
    return keys;
}

bool DolibarrResource::taken_by_other(const UniqueKey& key, std::int64_t id) const {
    return table_.holder(key.key).value_or(id) != id;
}

Refused DolibarrResource::failed(bool creating, const std::string& complaint) const {
    if (!creating) {
        return {500, complaint};
    }
    return {500, "Error creating " + std::string(layout().noun), {complaint}};
}

Refused DolibarrResource::duplicate(const UniqueKey& key, const UniqueKey::Details& details, bool creating) {
    environment_.effects.duplicate_refused();
    if (!creating && key.on_update) {
        return *key.on_update;
    }
    return {
        500,
        std::string(creating ? "Error creating " : "Error updating ") + std::string(layout().noun),
        details
    };
}

asio::awaitable<std::optional<Refused>> DolibarrResource::hold(
    std::vector<UniqueKey> keys,
    std::int64_t id,
    bool creating,
    bool with_lines,
    std::vector<Locks::Lock>& held
) {
    const std::string kind(layout().kind);
    const unsigned generation = environment_.generation;
    const OpenWrites::Write write(environment_.open_writes, kind);
    environment_.effects.open_writes(kind, environment_.open_writes.count(kind));
    for (const UniqueKey& key : keys) {
        held.push_back(co_await environment_.locks.take(kind + "|" + key.key));
        if (taken_by_other(key, id)) {
            co_return duplicate(key, key.lost, creating);
        }
    }
    co_await pause(environment_.settings.latency);
    if (generation != environment_.generation) {
        co_return failed(creating, std::string(kReset));
    }
    if (layout().deadlocks && environment_.happens(deadlock_probability(write.most_together()))) {
        environment_.effects.deadlock();
        Refused refused = failed(creating, std::string(kDeadlock));
        refused.html_before = with_lines && environment_.happens(0.5);
        co_return refused;
    }
    co_return std::nullopt;
}

asio::awaitable<Response> DolibarrResource::create(json::value sent) {
    const json::object body = sent.is_object() ? std::move(sent.as_object()) : json::object();
    if (auto checked = check_required(body); !checked) {
        co_return refuse(checked.error());
    }
    Row row(layout());
    row.set_id(table_.take_id());
    const std::string statement_time = environment_.clock.database_time();
    row[layout().fields[1].column] = statement_time;
    auto prepared = fill(row, body, true, environment_);
    if (prepared) {
        prepared = complete(row, body);
    }
    if (!prepared) {
        co_return refuse(prepared.error());
    }
    std::vector<UniqueKey> keys = all_keys(row);
    for (const UniqueKey& key : keys) {
        if (taken_by_other(key, row.id())) {
            co_return refuse(duplicate(key, key.seen, true));
        }
    }
    std::vector<Locks::Lock> held;
    if (auto refused = co_await hold(std::move(keys), row.id(), true, !row.lines.empty(), held)) {
        co_return refuse(*refused);
    }
    const std::int64_t id = row.id();
    environment_.effects.created(std::string(layout().kind), record_keys(row));
    note("CREATE", row);
    commit(std::move(row), statement_time);
    co_return json_answer(id);
}

asio::awaitable<Response> DolibarrResource::update(std::int64_t id, json::value sent) {
    const json::object body = sent.is_object() ? std::move(sent.as_object()) : json::object();
    std::vector<Locks::Lock> held;
    held.push_back(co_await environment_.locks.take(row_lock(id)));
    const Row* before = table_.find(id);
    if (before == nullptr) {
        co_return refuse({404, std::string(layout().not_found)});
    }
    Row row = *before;
    auto prepared = fill(row, body, false, environment_);
    if (prepared) {
        prepared = amend(row, body);
    }
    if (!prepared) {
        co_return refuse(prepared.error());
    }
    const std::string statement_time = environment_.clock.database_time();
    std::vector<UniqueKey> keys = all_keys(row);
    for (const UniqueKey& key : keys) {
        if (taken_by_other(key, id)) {
            co_return refuse(duplicate(key, key.seen, false));
        }
    }
    if (auto refused = co_await hold(std::move(keys), id, false, false, held)) {
        co_return refuse(*refused);
    }
    if (row != *table_.find(id)) {
        environment_.effects.changed(std::string(layout().kind), "update");
        note("MODIFY", row);
    }
    co_return json_answer(show(commit(std::move(row), statement_time)));
}

asio::awaitable<Response> DolibarrResource::remove(std::int64_t id) {
    std::vector<Locks::Lock> held;
    held.push_back(co_await environment_.locks.take(row_lock(id)));
    const Row* row = table_.find(id);
    if (row == nullptr) {
        co_return refuse({404, std::string(layout().not_found)});
    }
    if (auto checked = check_delete(*row); !checked) {
        co_return refuse(checked.error());
    }
    if (auto refused = co_await hold({}, id, false, false, held)) {
        co_return refuse(*refused);
    }
    environment_.effects.changed(std::string(layout().kind), "delete");
    note("DELETE", *table_.find(id));
    table_.erase(id);
    co_return success_answer(capitalised(layout().noun) + " deleted");
}

asio::awaitable<Response> DolibarrResource::act(Action action) {
    std::vector<Locks::Lock> held;
    held.push_back(co_await environment_.locks.take(row_lock(action.id)));
    const std::string statement_time = environment_.clock.database_time();
    if (auto refused = co_await hold({}, action.id, false, action.name.ends_with("line"), held)) {
        co_return refuse(*refused);
    }
    const Row* before = table_.find(action.id);
    if (before == nullptr) {
        co_return refuse({404, std::string(layout().not_found)});
    }
    Row row = *before;
    Response response = action.run(row);
    if (response.status != 200) {
        co_return response;
    }
    if (row != *before) {
        environment_.effects.changed(std::string(layout().kind), action.name);
        note(upper_cased(action.name), row);
    }
    const Row& after = commit(std::move(row), statement_time);
    co_return response.body.empty() ? json_answer(show(after)) : std::move(response);
}

const Row& DolibarrResource::commit(Row row, const std::string& statement_time) {
    const Row* before = table_.find(row.id());
    if (before != nullptr && row.differs_from(*before)) {
        row[layout().fields[1].column] = statement_time;
    }
    const std::int64_t id = row.id();
    std::vector<std::string> keys = names(all_keys(row));
    table_.put(std::move(row), std::move(keys));
    return *table_.find(id);
}

void DolibarrResource::note(const std::string& what, const Row& row) {
    if (layout().trigger.empty() || !on_event) {
        return;
    }
    const bool has_owner = layout().slot("fk_soc").has_value();
    on_event({
        .trigger = std::string(layout().trigger) + "_" + what,
        .label = label_of(row),
        .element = std::string(layout().table),
        .element_id = row.id(),
        .thirdparty = has_owner ? row["fk_soc"] : Value(),
        .object = show(row),
    });
}

std::string DolibarrResource::row_lock(std::int64_t id) const {
    return std::string(layout().kind) + "#" + std::to_string(id);
}

RecordKeys DolibarrResource::record_keys(const Row& row) const {
    RecordKeys keys;
    for (const std::string_view column : {"ref", "ref_ext", "code_client", "email"}) {
        if (layout().slot(column) && row[column]) {
            keys.emplace_back(column, *row[column]);
        }
    }
    for (const auto& [name, value] : row.extra) {
        if (value) {
            keys.emplace_back(name, *value);
        }
    }
    return keys;
}

}  // namespace navette::standin
