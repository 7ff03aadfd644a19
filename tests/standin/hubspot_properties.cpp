#include "tests/standin/hubspot_properties.hpp"

#include <initializer_list>

namespace navette::standin::hubspot {

namespace {

constexpr auto kStages =
    "subscriber,lead,marketingqualifiedlead,salesqualifiedlead,opportunity,customer,evangelist,other";

// The one pipeline and its stages.
constexpr auto kDealStages =
    "appointmentscheduled,qualifiedtobuy,presentationscheduled,decisionmakerboughtin,contractsent,closedwon,"
    "closedlost";

Properties texts(std::initializer_list<const char*> names) {
    Properties made;
    for (const auto* name : names) {
        made[name] = {};
    }
    return made;
}

void add_read_only(Properties& properties, const ObjectType& type) {
    properties["hs_object_id"] = {ValueKind::number, "", true, false};
    properties["createdate"] = {ValueKind::time, "", true, false};
    properties[std::string(type.modified)] = {ValueKind::time, "", true, false};
}

}  // namespace

const std::array<ObjectType, kTypes> object_types{{
    {"contact", "contacts", "0-1", "crm.objects.contacts", "lastmodifieddate", "lastname"},
    {"company", "companies", "0-2", "crm.objects.companies", "hs_lastmodifieddate", "city"},
    {"deal", "deals", "0-3", "crm.objects.deals", "hs_lastmodifieddate", "dealname"},
    {"note", "notes", "0-46", "crm.objects.contacts", "hs_lastmodifieddate", "hs_note_body"},
    {"call", "calls", "0-48", "crm.objects.contacts", "hs_lastmodifieddate", "hs_call_title"},
}};

Properties built_in_properties(const ObjectType& type) {
    Properties all;
    if (type.name == "contact") {
        all = texts(
            {"firstname",
             "lastname",
             "phone",
             "mobilephone",
             "company",
             "jobtitle",
             "website",
             "address",
             "city",
             "zip",
             "state",
             "country",
             "hs_additional_emails"}
        );
        all["email"] = {ValueKind::text, "", false, true};
        all["lifecyclestage"] = {ValueKind::choice, kStages, false, false};
        all["hs_lead_status"] = {
            ValueKind::choice,
            "NEW,OPEN,IN_PROGRESS,OPEN_DEAL,UNQUALIFIED,ATTEMPTED_TO_CONTACT,CONNECTED,BAD_TIMING",
            false,
            false
        };
    } else if (type.name == "company") {
        all = texts(
            {"name", "domain", "phone", "website", "industry", "address", "city", "zip", "state", "country"}
        );
        all["lifecyclestage"] = {ValueKind::choice, kStages, false, false};
    } else if (type.name == "deal") {
        all = texts({"dealname", "description"});
        all["amount"] = {ValueKind::number, "", false, false};
        all["closedate"] = {ValueKind::time, "", false, false};
        all["pipeline"] = {ValueKind::choice, "default", false, false};
        all["dealstage"] = {ValueKind::choice, kDealStages, false, false};
    } else if (type.name == "note") {
        all = texts({"hs_note_body"});
        all["hs_timestamp"] = {ValueKind::time, "", false, false};
    } else {
        all = texts({"hs_call_title", "hs_call_body", "hs_call_disposition"});
        all["hs_timestamp"] = {ValueKind::time, "", false, false};
        all["hs_call_duration"] = {ValueKind::number, "", false, false};
        all["hs_call_direction"] = {ValueKind::choice, "INBOUND,OUTBOUND", false, false};
        all["hs_call_status"] = {
            ValueKind::choice,
            "BUSY,CALLING_CRM_USER,CANCELED,COMPLETED,CONNECTING,FAILED,IN_PROGRESS,NO_ANSWER,QUEUED,RINGING",
            false,
            false
        };
    }
    add_read_only(all, type);
    return all;
}

}  // namespace navette::standin::hubspot
