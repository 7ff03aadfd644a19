#include "exchange.hpp"

#include "wire.hpp"

#include <array>
#include <utility>

namespace navette::dolibarr {

namespace {

constexpr int kRacesRun = 8;

bool is_on(const json::object& settings, std::string_view name) {
    const auto* value = settings.if_contains(name);
    return value != nullptr && value->is_bool() && value->get_bool();
}

}  // namespace

Task<Reply> call(Session& session, sdk::HttpRequest request) {
    const auto effect = request.has_effect() ? Effect::possible : Effect::none;
    if (auto entity = text_at(session.settings(), "entity"); !entity.empty()) {
        request.headers.push_back({"DOLAPIENTITY", std::move(entity)});
    }
    const auto result = co_await session.send(std::move(request));
    if (!result) {
        co_return Reply{Kind::failed, nullptr, classify(result.error(), effect)};
    }
    co_return classify(*result, effect);
}

Task<Reply> get(Session& session, std::string path) {
    co_return co_await call(session, sdk::HttpRequest::get(std::move(path)));
}

Task<Reply> post(Session& session, std::string path, json::object fields) {
    fields["caller"] = "navette";
    co_return co_await call(session, sdk::HttpRequest::post(std::move(path)).with_json(fields));
}

Task<Reply> put(Session& session, std::string path, json::object fields) {
    fields["caller"] = "navette";
    co_return co_await call(session, sdk::HttpRequest::put(std::move(path)).with_json(fields));
}

Task<Reply> act(Session& session, std::string path) {
    // The parameter is always named: an empty object, or an empty body that is called a form, is refused by
    // some actions.
    const int silent = is_on(session.settings(), "suppress_triggers") ? 1 : 0;
    co_return co_await call(
        session, sdk::HttpRequest::post(std::move(path)).with_json({{"notrigger", silent}})
    );
}

Task<Reply> create(Session& session, std::string path, json::object fields) {
    json::object present;
    for (auto& member : fields) {
        if (!member.value().is_null()) {
            present.emplace(member.key(), std::move(member.value()));
        }
    }
    auto reply = co_await post(session, path, present);
    // Parallel creates race for the next automatic number (13 of 60 with two clients, platforms/dolibarr.md);
    // one wins at each go and the others left nothing behind, so this costs no attempt of the job.
    for (int again = 0; again < kRacesRun && reply.kind == Kind::contended; ++again) {
        reply = co_await post(session, path, present);
    }
    if (reply.kind != Kind::ok) {
        co_return reply;
    }
    const auto id = to_integer(reply.body);
    if (id && *id > 0) {
        reply.body = *id;
        co_return reply;
    }
    auto outcome = Outcome::retry("Dolibarr answered a create with no id: " + json::serialize(reply.body));
    co_return Reply{Kind::failed, nullptr, std::move(outcome).after_unknown_effect()};
}

std::optional<Outcome> outcome_of_create(const Reply& reply) {
    if (reply.kind == Kind::ok) {
        return Outcome::done(std::to_string(reply.body.as_int64()));
    }
    if (reply.kind == Kind::duplicate) {
        return std::nullopt;
    }
    return reply.outcome;
}

Task<std::expected<json::array, Outcome>> search(Session& session, std::string path, std::string filter) {
    const auto* const row = path == "/agendaevents" ? "t.id" : "t.rowid";
    auto request = sdk::HttpRequest::get(std::move(path))
                       .with_query("sortfield", row)
                       .with_query("sortorder", "ASC")
                       .with_query("limit", "50")
                       .with_query("sqlfilters", std::move(filter));
    auto reply = co_await call(session, std::move(request));
    if (reply.kind == Kind::missing) {
        co_return json::array();
    }
    if (reply.kind != Kind::ok) {
        co_return std::unexpected(std::move(reply.outcome));
    }
    if (!reply.body.is_array()) {
        co_return std::unexpected(Outcome::retry("Dolibarr answered a search with no list"));
    }
    json::array found;
    for (auto& item : reply.body.get_array()) {
        if (item.is_object() && !text_at(item.get_object(), "id").empty()) {
            found.push_back(std::move(item));
        }
    }
    co_return found;
}

Task<std::expected<json::object, Outcome>> find_ours(
    Session& session,
    std::string path,
    std::string key,
    std::string email,
    std::optional<std::string> email_filter
) {
    auto filter = "(t.ref_ext:=:'" + key + "')";
    if (email_filter) {
        filter = "(" + filter + " or " + *email_filter + ")";
    }
    const auto found = co_await search(session, std::move(path), std::move(filter));
    if (!found) {
        co_return std::unexpected(found.error());
    }
    for (const auto& item : *found) {
        if (text_at(item.get_object(), "ref_ext") == key) {
            co_return item.get_object();
        }
    }
    for (const auto& item : *found) {
        // The database takes e and é for the same letter; an e-mail address does not.
        if (!email.empty() && lower_ascii(text_at(item.get_object(), "email")) == lower_ascii(email)) {
            co_return item.get_object();
        }
    }
    co_return json::object();
}

Task<Outcome> adopt(Session& session, std::string path, json::object remote, json::object wanted) {
    const auto id = text_at(remote, "id");
    json::object changed;
    for (auto& member : wanted) {
        if (!is_same(remote.if_contains(member.key()), member.value())) {
            changed.emplace(member.key(), std::move(member.value()));
        }
    }
    if (changed.empty()) {
        co_return Outcome::done(id);
    }
    co_return co_await update(session, std::move(path), id, std::move(changed));
}

Task<Outcome> update(Session& session, std::string path, std::string remote_id, json::object fields) {
    auto reply = co_await put(session, path + "/" + sdk::path_segment(remote_id), std::move(fields));
    if (reply.kind == Kind::unchanged) {
        co_return Outcome::done(std::move(remote_id));
    }
    if (reply.kind != Kind::ok) {
        co_return std::move(reply.outcome);
    }
    // Without Dolibarr's change mark: it stands for the whole record, with what people changed there before
    // and nobody has told yet. Known by its mark, such a record would not be looked at by the next pull.
    co_return Outcome::done(std::move(remote_id));
}

json::object sendable(const json::object& fields) {
    json::object kept;
    for (const auto& member : fields) {
        if (!member.key().starts_with('_')) {
            kept.emplace(member.key(), member.value());
        }
    }
    return kept;
}

std::string version_of(const json::object& object) {
    // Projects and agenda events name it their own way.
    for (const std::string_view name : std::array{"date_modification", "date_m", "datem"}) {
        if (auto version = text_at(object, name); !version.empty()) {
            return version;
        }
    }
    return {};
}

void claim(const json::object& remote, json::object& wanted, const std::string& key) {
    if (text_at(remote, "ref_ext").empty()) {
        wanted["ref_ext"] = key;
    }
}

void add_unique_key(const Session& session, json::object& fields, const std::string& key) {
    const auto name = text_at(session.settings(), "unique_key_field");
    if (name.empty()) {
        return;
    }
    auto& options = fields["array_options"];
    if (!options.is_object()) {
        options = json::object();
    }
    options.get_object()["options_" + name] = key;
}

}  // namespace navette::dolibarr
