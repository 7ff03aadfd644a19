#include "daemon/http/mapping_trial_route.hpp"

#include "daemon/engine/mapping_draft.hpp"
#include "daemon/engine/mapping_trial.hpp"
#include "daemon/http/body_reader.hpp"
#include "daemon/http/mapping_form.hpp"
#include "daemon/store/admin_mappings.hpp"

#include <boost/json/array.hpp>

#include <utility>

namespace navette::http {

namespace json = boost::json;

namespace {

struct Question {
    std::string object;
    engine::TrialWay way = engine::TrialWay::to_platform;
    std::optional<json::object> record;
    std::optional<std::string> entity_id;
    json::array rules;  // of a shape that can be read
};

/// Gives each rule the request's object, and notes what cannot be read.
json::array read_rules(const json::array& rules, const std::string& object, BodyReader& body) {
    json::array read;
    for (const auto& item : rules) {
        const auto place = "rules[" + std::to_string(read.size()) + "]";
        if (!item.is_object()) {
            body.complain(place, "must be an object such as {\"local_path\": \"a\", \"remote_path\": \"b\"}");
            return read;
        }
        json::object rule(item.get_object());
        if (const auto mistake = engine::shape_mistake(rule)) {
            body.complain(place + "." + mistake->field, mistake->sentence);
            return read;
        }
        rule["object"] = object;
        read.emplace_back(std::move(rule));
    }
    return read;
}

std::expected<Question, Response> read_question(const Request& request) {
    auto body = BodyReader::read(request);
    if (!body) {
        return std::unexpected(body.error());
    }
    Question question;
    question.object = body->required("object");
    const auto direction = body->choice("direction", {"to_platform", "from_platform"});
    if (direction == "from_platform") {
        question.way = engine::TrialWay::from_platform;
    }
    if (const auto* record = body->object("record")) {
        question.record = *record;
    }
    question.entity_id = body->text("entity_id");
    if (const auto* rules = body->array("rules")) {
        question.rules = read_rules(*rules, question.object, *body);
    }
    if (question.record.has_value() == question.entity_id.has_value()) {
        body->complain(
            "record",
            question.record ? "does not go with entity_id, give one of them"
                            : "is missing, give it or the entity_id of a record that navette knows"
        );
    }
    if (auto mistake = body->mistake()) {
        return std::unexpected(std::move(*mistake));
    }
    return question;
}

/// The first mistake of the rules that are only tried.
std::optional<Response> mistake_of_drafts(
    const std::vector<config::TenantRule>& drafts,
    const std::vector<config::TenantRule>& all,
    const config::Manifest& manifest
) {
    for (std::size_t at = 0; at < drafts.size(); ++at) {
        std::vector<config::TenantRule> others(all.begin(), all.end());
        others.erase(others.end() - static_cast<std::ptrdiff_t>(drafts.size() - at));
        if (const auto mistake = engine::mistake_of(drafts[at], others, manifest)) {
            const auto place = "rules[" + std::to_string(at) + "]." + mistake->field;
            return problem(422, place + ": " + mistake->sentence, place);
        }
    }
    return std::nullopt;
}

}  // namespace

Response try_mapping(
    store::AdminSession& session, const Request& request, const engine::Configuration& configuration
) {
    const auto connection = connection_of(session, request);
    if (!connection) {
        return connection.error();
    }
    auto question = read_question(request);
    if (!question) {
        return question.error();
    }
    if (!configuration.inventory->find(connection->platform)) {
        return problem(409, "no connector '" + connection->platform + "' is loaded here");
    }
    const auto manifest = manifest_of(*connection, configuration, question->object);
    const auto* const object = manifest->object(question->object);
    if (object == nullptr) {
        return problem(422, "object: " + engine::no_such_object(*manifest, question->object), "object");
    }
    const auto own = store::own_mappings(session, connection->key);
    if (!own) {
        return problem(own.error());
    }
    const auto drafts = config::read_tenant_rules(question->rules);
    const auto all = engine::with_drafts(*own, drafts);
    if (auto mistake = mistake_of_drafts(drafts, all, *manifest)) {
        return std::move(*mistake);
    }
    const auto rules = engine::rules_in_force(*object, all);
    if (!rules) {
        return problem(409, "the mapping cannot be used: " + rules.error().front().text());
    }
    if (question->entity_id) {
        auto record = store::record_to_try(
            session,
            connection->key,
            *object,
            *question->entity_id,
            question->way == engine::TrialWay::from_platform
        );
        if (!record) {
            return problem(record.error());
        }
        question->record = std::move(*record);
    }
    auto answer = engine::to_json(engine::try_mapping(*rules, question->way, std::move(*question->record)));
    answer["object"] = object->name;
    return json_response(200, answer);
}

}  // namespace navette::http
