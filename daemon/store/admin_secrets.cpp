#include "daemon/store/admin_secrets.hpp"

#include "daemon/store/rows.hpp"

#include <utility>

namespace navette::store {

namespace {

// Names of tables and columns cannot be parameters; these are constants of the program
// (secrets::kSealedColumns).
std::string with_names(std::string sql, const secrets::SealedColumn& column) {
    const std::pair<std::string_view, std::string_view> names[] = {
        {"{table}", column.table}, {"{column}", column.column}
    };
    for (const auto& [mark, name] : names) {
        for (auto at = sql.find(mark); at != std::string::npos; at = sql.find(mark, at + name.size())) {
            sql.replace(at, mark.size(), name);
        }
    }
    return sql;
}

constexpr const char* kRead = R"sql(
SELECT json_build_object('tenant_id', tenant_id, 'id', id, 'sealed', encode({column}, 'hex'))
FROM navette.{table}
WHERE {column} IS NOT NULL AND ($1::text IS NULL OR (tenant_id, id) > ($1, $2::text))
ORDER BY tenant_id, id
LIMIT $3::int
)sql";

constexpr const char* kReplace = R"sql(
UPDATE navette.{table} SET {column} = $4::bytea
WHERE tenant_id = $1 AND id = $2 AND {column} = $3::bytea
RETURNING json_build_object('id', id)
)sql";

std::string from_hex(std::string_view hex) {
    const auto digit = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
    std::string bytes;
    bytes.reserve(hex.size() / 2);
    for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
        bytes += static_cast<char>(digit(hex[at]) << 4U | digit(hex[at + 1]));
    }
    return bytes;
}

}  // namespace

core::Result<std::vector<SealedText>> read_sealed_texts(
    AdminSession& session,
    const secrets::SealedColumn& column,
    const std::optional<SealedText>& after,
    int limit
) {
    const auto records = session.query(
        with_names(kRead, column),
        {after ? std::optional(after->tenant_id) : std::nullopt,
         after ? std::optional(after->id) : std::nullopt,
         std::to_string(limit)}
    );
    if (!records) {
        return std::unexpected(records.error());
    }
    std::vector<SealedText> texts;
    texts.reserve(records->size());
    for (const auto& record : *records) {
        SealedText text;
        text.tenant_id = text_of(record, "tenant_id");
        text.id = text_of(record, "id");
        text.sealed = from_hex(text_of(record, "sealed"));
        texts.push_back(std::move(text));
    }
    return texts;
}

core::Result<bool> replace_sealed_text(
    AdminSession& session, const secrets::SealedColumn& column, const SealedText& read, std::string_view fresh
) {
    const auto replaced = session.query(
        with_names(kReplace, column),
        {read.tenant_id, read.id, bytea_literal(read.sealed), bytea_literal(fresh)}
    );
    if (!replaced) {
        return std::unexpected(replaced.error());
    }
    return !replaced->empty();
}

}  // namespace navette::store
