#include "exchange.hpp"
#include "recipes.hpp"
#include "wire.hpp"

namespace navette::dolibarr {

Task<Outcome> remove_record(Session& session, sdk::Operation operation) {
    const std::string path(endpoint_of(operation.object));
    auto id = operation.remote_id;
    if (id.empty()) {
        // Projects carry our key as their own reference, all others as the external one.
        const auto* field = operation.object == "deal" ? "ref" : "ref_ext";
        const auto found =
            co_await search(session, path, "(t." + std::string(field) + ":=:'" + operation.key + "')");
        if (!found) {
            co_return found.error();
        }
        if (found->empty()) {
            co_return Outcome::skipped("Dolibarr holds no such record");
        }
        id = text_at(found->front().get_object(), "id");
    }
    auto reply = co_await call(session, sdk::HttpRequest::remove(path + "/" + sdk::path_segment(id)));
    if (reply.kind == Kind::ok || reply.kind == Kind::missing || reply.kind == Kind::unchanged) {
        co_return Outcome::done(std::move(id));
    }
    co_return std::move(reply.outcome);
}

}  // namespace navette::dolibarr
