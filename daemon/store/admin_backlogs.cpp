#include "daemon/store/admin_backlogs.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace navette::store {

namespace {

constexpr const char* kBacklogs = R"sql(
WITH waiting AS (
    SELECT tenant_id, integration_id, event_type, entity_type, direction, count(*) AS jobs
    FROM navette.sync_queue WHERE status = 'pending' AND ($1::text IS NULL OR tenant_id = $1)
    GROUP BY 1, 2, 3, 4, 5
), done AS (
    SELECT tenant_id, integration_id, count(*) AS jobs
    FROM navette.sync_logs
    WHERE final AND created_at > now() - $2::bigint * interval '1 second'
      AND integration_id = ANY (ARRAY(SELECT integration_id FROM waiting))
    GROUP BY 1, 2
)
SELECT json_build_object(
    'tenant_id', w.tenant_id, 'integration_id', w.integration_id, 'pending', sum(w.jobs), 'done', coalesce(max(d.jobs), 0),
    'kinds', coalesce(json_agg(json_build_object('event_type', w.event_type, 'entity_type', w.entity_type, 'jobs', w.jobs))
                      FILTER (WHERE w.direction = 'to_platform'), '[]'))
FROM waiting w LEFT JOIN done d ON d.tenant_id = w.tenant_id AND d.integration_id = w.integration_id
GROUP BY w.tenant_id, w.integration_id
ORDER BY w.tenant_id, w.integration_id
)sql";

constexpr const char* kBudgets = R"sql(
SELECT json_build_object('account', account, 'state', state::text)
FROM navette.account_budgets WHERE account IN (SELECT jsonb_array_elements_text($1::jsonb))
)sql";

}  // namespace

core::Result<Records> read_backlogs(
    AdminSession& session, const std::optional<std::string>& tenant, std::chrono::seconds recent
) {
    return session.query(kBacklogs, {tenant, std::to_string(recent.count())});
}

core::Result<Records> read_account_budgets(AdminSession& session, const std::vector<std::string>& accounts) {
    const boost::json::array names(accounts.begin(), accounts.end());
    return session.query(kBudgets, {boost::json::serialize(names)});
}

}  // namespace navette::store
