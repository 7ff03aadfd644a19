// The API's site with a contact that stands on two platforms: what conflicts and undo are tried on.
#pragma once

#include "tests/integration/api_site.hpp"

namespace navette::test {

/// Contact 42 of acme: {"name": "Ada", "address": {"city": "Paris"}}, version 3, linked to int_crm as r42 and
/// to int_shop as s42.
class LinkedContactSite : public ApiSite {
  protected:
    LinkedContactSite() {
        for (const auto* id : {"int_crm", "int_shop"}) {
            add_integration("acme", id, "probe");
        }
        database_.exec(
            "INSERT INTO navette.records (tenant_id, entity_type, entity_id, data, version) VALUES ('acme', "
            R"('contact', '42', '{"name": "Ada", "address": {"city": "Paris"}}', 3))"
        );
        link("int_crm", "r42");
        link("int_shop", "s42");
    }

    void link(
        const std::string& integration,
        const std::string& remote_id,
        const std::string& entity_id = "42",
        const std::string& more = {}
    ) {
        database_.exec(
            "INSERT INTO navette.record_links (tenant_id, integration_id, object, entity_id, entity_type, "
            "remote_id, snapshot, seen) VALUES ('acme', '" +
            integration + "', 'contact', '" + entity_id + "', 'contact', '" + remote_id +
            R"(', '{"title": "Ada"}', '{"name": "Ada"}'))"
        );
        if (!more.empty()) {
            database_.exec(
                "UPDATE navette.record_links SET " + more + " WHERE integration_id = '" + integration +
                "' AND entity_id = '" + entity_id + "'"
            );
        }
    }

    /// A conflict of contact 42's name with int_crm: Ada was it, Ada L. it is here, Ada K. there.
    void clash(const std::string& field = "name", const std::string& entity_id = "42") {
        database_.exec(
            "UPDATE navette.record_links SET conflicts = conflicts || jsonb_build_object('" + field +
            R"(', '{"base": "Ada", "local": "Ada L.", "remote": "Ada K.", "since": 1760000000000, )"
            R"("record_patch": {"name": "Ada K."}, "snapshot_patch": {"title": "Ada K."}}'::jsonb) )"
            "WHERE integration_id = 'int_crm' AND entity_id = '" +
            entity_id + "'"
        );
    }

    std::string record(const std::string& columns, const std::string& entity_id = "42") {
        return database_.value(
            "SELECT concat_ws('|', " + columns +
            ") FROM navette.records WHERE tenant_id = 'acme' AND entity_id = '" + entity_id + "'"
        );
    }

    std::string link_of(const std::string& integration, const std::string& columns) {
        return database_.value(
            "SELECT concat_ws('|', " + columns + ") FROM navette.record_links WHERE integration_id = '" +
            integration + "' AND entity_id = '42'"
        );
    }

    /// "int_crm upsert sync" for each job of the queue.
    std::string jobs() {
        return database_.value(
            "SELECT coalesce(string_agg(integration_id || ' ' || operation || ' ' || origin, ', ' ORDER BY "
            "integration_id, id), '') FROM navette.sync_queue"
        );
    }

    std::string last_change(const std::string& columns) {
        return database_.value(
            "SELECT concat_ws('|', " + columns + ") FROM navette.changes ORDER BY position DESC LIMIT 1"
        );
    }
};

}  // namespace navette::test
