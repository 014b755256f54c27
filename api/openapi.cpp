// OpenAPI 3.1 from the route table and the schema's descriptors: nothing to keep in step by hand.
#include <nlohmann/json.hpp>

#include <set>

#include "api/routes.hpp"

namespace wk::api {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using nlohmann::ordered_json;

class Schemas {
 public:
  ordered_json reference(const Descriptor& type) {
    if (done_.insert(type.name()).second) {
      schemas_[type.name()] = ordered_json::object();  // keeps the place, also for types that hold themselves
      schemas_[type.name()] = object(type);
    }
    return {{"$ref", "#/components/schemas/" + type.name()}};
  }
  ordered_json take() { return std::move(schemas_); }

 private:
  ordered_json object(const Descriptor& type) {
    ordered_json properties = ordered_json::object();
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      if (field.is_map()) {
        properties[field.json_name()] = {{"type", "object"}, {"additionalProperties", value(*field.message_type()->map_value())}};
      } else if (field.is_repeated()) {
        properties[field.json_name()] = {{"type", "array"}, {"items", value(field)}};
      } else {
        properties[field.json_name()] = value(field);
      }
    }
    return {{"type", "object"}, {"properties", std::move(properties)}};
  }

  ordered_json value(const FieldDescriptor& field) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE: return reference(*field.message_type());
      case FieldDescriptor::CPPTYPE_ENUM: {
        ordered_json names = ordered_json::array();
        for (int i = 0; i < field.enum_type()->value_count(); ++i) names.push_back(field.enum_type()->value(i)->name());
        return {{"type", "string"}, {"enum", std::move(names)}};
      }
      case FieldDescriptor::CPPTYPE_BOOL: return {{"type", "boolean"}};
      case FieldDescriptor::CPPTYPE_INT64:
      case FieldDescriptor::CPPTYPE_UINT64: return {{"type", "string"}, {"format", "int64"}};
      case FieldDescriptor::CPPTYPE_INT32:
      case FieldDescriptor::CPPTYPE_UINT32: return {{"type", "integer"}, {"minimum", 0}};
      case FieldDescriptor::CPPTYPE_DOUBLE:
      case FieldDescriptor::CPPTYPE_FLOAT: return {{"type", "number"}};
      case FieldDescriptor::CPPTYPE_STRING: return {{"type", "string"}};
    }
    return ordered_json::object();
  }

  ordered_json schemas_ = ordered_json::object();
  std::set<std::string> done_;
};

ordered_json content(const char* media_type, ordered_json schema) {
  return {{media_type, {{"schema", std::move(schema)}}}};
}

ordered_json idempotency_key() {
  return {{"name", "Idempotency-Key"}, {"in", "header"}, {"schema", {{"type", "string"}, {"maxLength", 128}}}};
}

// Refused, whatever is asked.
ordered_json refused(Schemas& schemas) {
  return {{"description", "Refused, with the reason"},
          {"content", content("application/problem+json", schemas.reference(*v1::Problem::descriptor()))}};
}

ordered_json security(Access access) {
  const ordered_json api_token{{"apiToken", ordered_json::array()}};
  const ordered_json session{{"session", ordered_json::array()}};
  const ordered_json visitor{{"visitorToken", ordered_json::array()}};
  ordered_json any = ordered_json::array();
  if (access == Access::kAgent || access == Access::kAgentOrVisitor) any.insert(any.end(), {api_token, session});
  if (access == Access::kVisitor || access == Access::kAgentOrVisitor) any.push_back(visitor);
  return any;
}

ordered_json parameters(const Route& route) {
  ordered_json all = ordered_json::array();
  for (std::size_t at = 0; (at = route.path.find('{', at)) != std::string::npos; ++at) {
    all.push_back({{"name", route.path.substr(at + 1, route.path.find('}', at) - at - 1)},
                   {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}});
  }
  for (const std::string& name : route.query) {
    all.push_back({{"name", name}, {"in", "query"}, {"schema", {{"type", "string"}}}});
  }
  if (route.method == "POST") all.push_back(idempotency_key());
  return all;
}

ordered_json operation(const Route& route, Schemas& schemas) {
  ordered_json one{{"summary", route.summary}};
  if (ordered_json list = parameters(route); !list.empty()) one["parameters"] = std::move(list);
  if (route.request != nullptr) {
    one["requestBody"] = {{"content", content("application/json", schemas.reference(*route.request->GetDescriptor()))}};
  }
  ordered_json ok{{"description", "Done"}};
  if (route.response != nullptr) ok["content"] = content("application/json", schemas.reference(*route.response->GetDescriptor()));
  one["responses"] = {{"2XX", std::move(ok)}, {"default", refused(schemas)}};
  one["security"] = security(route.access);
  return one;
}

}  // namespace

std::string openapi_json() {
  Schemas schemas;
  ordered_json paths = ordered_json::object();
  for (const Route& route : all_routes()) {
    std::string method = route.method;
    for (char& c : method) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    paths[route.path][method] = operation(route, schemas);
  }
  paths["/uploads"]["post"] = {
      {"summary", "Upload a file for a conversation (the body is the file)"},
      {"parameters", {{{"name", "conversation"}, {"in", "query"}, {"required", true}, {"schema", {{"type", "string"}}}},
                      {{"name", "name"}, {"in", "query"}, {"schema", {{"type", "string"}}}},
                      idempotency_key()}},
      {"requestBody", {{"content", {{"application/octet-stream", ordered_json::object()}}}}},
      {"responses", {{"201", {{"description", "Stored"},
                              {"content", content("application/json", schemas.reference(*v1::Attachment::descriptor()))}}},
                     {"default", refused(schemas)}}},
      {"security", security(Access::kAgentOrVisitor)}};
  paths["/knowledge/documents"]["post"] = {
      {"summary", "A file (the body: Markdown, HTML, PDF, DOCX or text) as articles of the knowledge, with its headings; answered without their bodies"},
      {"parameters", {{{"name", "name"}, {"in", "query"}, {"required", true}, {"schema", {{"type", "string"}}}},
                      {{"name", "site"}, {"in", "query"}, {"schema", {{"type", "string"}}}},
                      idempotency_key()}},
      {"requestBody", {{"content", {{"application/octet-stream", ordered_json::object()}}}}},
      {"responses", {{"200", {{"description", "A file of this name and text is there already: its articles"},
                              {"content", content("application/json", schemas.reference(*v1::KnowledgeEntryList::descriptor()))}}},
                     {"201", {{"description", "Stored"},
                              {"content", content("application/json", schemas.reference(*v1::KnowledgeEntryList::descriptor()))}}},
                     {"default", refused(schemas)}}},
      {"security", security(Access::kAgent)}};
  paths["/openapi.json"]["get"] = {{"summary", "This document"},
                                   {"security", ordered_json::array()},
                                   {"responses", {{"200", {{"description", "OpenAPI 3.1"}}}}}};
  // At the root, not below /api/v1.
  const ordered_json root = ordered_json::array({{{"url", "/"}}});
  paths["/files/{id}"] = {
      {"servers", root},
      {"get",
       {{"summary", "An attachment, by session, token or link"},
        {"parameters", {{{"name", "id"}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}},
                        {{"name", "link"}, {"in", "query"}, {"schema", {{"type", "string"}}}},
                        {{"name", "download"}, {"in", "query"}, {"schema", {{"type", "string"}}}}}},
        {"responses", {{"200", {{"description", "The file"}}}, {"default", refused(schemas)}}}}}};
  for (const auto& [path, summary, access] : {std::tuple{"/healthz", "Whether the process answers", Access::kPublic},
                                              {"/readyz", "Whether it takes work: 503 not_ready while it stops or the disk refuses", Access::kPublic},
                                              {"/metrics", "Figures for Prometheus", Access::kAgent}}) {
    paths[path] = {{"servers", root},
                   {"get", {{"summary", summary},
                            {"responses", {{"200", {{"description", "Done"}}}, {"default", refused(schemas)}}},
                            {"security", security(access)}}}};
  }
  ordered_json document{
      {"openapi", "3.1.0"},
      {"info", {{"title", "weikeyi"}, {"version", "1"}, {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
      {"servers", {{{"url", "/api/v1"}}}},
      {"paths", std::move(paths)},
      {"components",
       {{"schemas", schemas.take()},
        {"securitySchemes",
         {{"apiToken", {{"type", "http"}, {"scheme", "bearer"}}},
          {"visitorToken", {{"type", "http"}, {"scheme", "bearer"}}},
          {"session", {{"type", "apiKey"}, {"in", "cookie"}, {"name", "__Host-weikeyi"}}}}}}}};
  return document.dump();
}

}  // namespace wk::api
