#include "daemon/store/planned_links.hpp"

#include "daemon/store/binary_array.hpp"

namespace navette::store {

namespace asio = boost::asio;

namespace {

constexpr Statement kLinkFirst{"comparison_link_first", R"sql(
SELECT coalesce(navette.link_first($1, $2, w.object, w.entity_type, w.entity_id), '')
FROM unnest($3::text[], $4::text[], $5::text[]) WITH ORDINALITY AS w (object, entity_type, entity_id, n)
ORDER BY w.n
)sql"};

}  // namespace

asio::awaitable<core::Result<std::vector<std::string>>> link_first(
    Connection& connection, IntegrationKey key, std::vector<UnlinkedRecord> records
) {
    auto objects = BinaryArray::of_texts();
    auto types = BinaryArray::of_texts();
    auto ids = BinaryArray::of_texts();
    for (const auto& record : records) {
        objects.push_text(record.object);
        types.push_text(record.entity_type);
        ids.push_text(record.entity_id);
    }
    std::vector<Call> calls;
    calls.emplace_back(
        kLinkFirst,
        std::vector<Parameter>{
            std::move(key.tenant_id),
            std::move(key.id),
            std::move(objects).take(),
            std::move(types).take(),
            std::move(ids).take()
        },
        std::vector<int>{0, 0, 1, 1, 1}
    );
    const auto rows = co_await connection.transaction(std::move(calls));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    std::vector<std::string> awaited;
    for (int row = 0; row < rows->front().size(); ++row) {
        awaited.push_back(rows->front().string(row, 0));
    }
    co_return awaited;
}

}  // namespace navette::store
