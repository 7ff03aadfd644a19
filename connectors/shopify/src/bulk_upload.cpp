#include "bulk_upload.hpp"

#include "documents.hpp"

#include <navette/sdk/failure.hpp>

#include <utility>

namespace navette::shopify {

namespace {

using sdk::HttpRequest;

std::optional<Target> target_of(const json::object& payload) {
    const auto* targets = sdk::array_at(payload, "stagedTargets");
    const auto* first = targets == nullptr || targets->empty() ? nullptr : targets->front().if_object();
    const auto* parameters = first == nullptr ? nullptr : sdk::array_at(*first, "parameters");
    const auto address = first == nullptr ? std::nullopt : address_of(sdk::text_at(*first, "url"));
    if (parameters == nullptr || !address) {
        return std::nullopt;
    }
    Target target;
    target.address = *address;
    for (const auto& parameter : *parameters) {
        if (!parameter.is_object()) {
            return std::nullopt;
        }
        const auto& held = parameter.get_object();
        target.parameters.emplace_back(sdk::text_at(held, "name"), sdk::text_at(held, "value"));
        if (target.parameters.back().first == "key") {
            target.path = target.parameters.back().second;
        }
    }
    return target.path.empty() ? std::nullopt : std::optional(std::move(target));
}

}  // namespace

Task<std::expected<Target, Outcome>> stage(Session& session) {
    json::object file{{"resource", "BULK_MUTATION_VARIABLES"}, {"filename", "navette.jsonl"}};
    file["mimeType"] = "text/jsonl";
    file["httpMethod"] = "POST";
    json::object variables;
    variables["input"] = json::array{std::move(file)};
    const auto data = co_await query(session, documents::kStageUpload, std::move(variables));
    if (!data) {
        co_return std::unexpected(data.error());
    }
    const auto payload = payload_of(*data, "stagedUploadsCreate");
    if (!payload) {
        co_return std::unexpected(payload.error());
    }
    const auto target = target_of(*payload);
    if (!target) {
        co_return std::unexpected(Outcome::retry("Shopify named no place for the file"));
    }
    co_return *target;
}

Task<std::optional<Outcome>> upload(Session& session, Target target, std::string lines) {
    auto form = upload_form(target.parameters, "navette.jsonl", "text/jsonl", lines);
    if (!form) {
        co_return Outcome::retry("Shopify's parameters of the upload fit into no form");
    }
    auto request = HttpRequest::post(target.address.path)
                       .at(target.address.origin)
                       .with_header("Content-Type", std::move(form->content_type));
    request.body = std::move(form->body);
    const auto answer = co_await session.send(std::move(request));
    if (!answer) {
        co_return Outcome::retry("the upload failed: " + answer.error().message);
    }
    if (answer->status < 200 || answer->status > 299) {
        co_return Outcome::retry(
            "the upload was answered with HTTP " + std::to_string(answer->status) + ": " +
            sdk::excerpt(answer->body)
        );
    }
    co_return std::nullopt;
}

}  // namespace navette::shopify
