//! The OpenAPI file, made from the list of routes.

use http::Method;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value as Json, json};

use crate::route::{Need, Route};

/// Every route with the right it needs. Schemas stand once, under `components`.
pub fn document(routes: &[Route], version: &str) -> Json {
    let mut generator = SchemaSettings::openapi3().into_generator();
    let mut paths: Map<String, Json> = Map::new();
    for route in routes {
        let operation = operation(route, &mut generator);
        let path = paths.entry(route.path.to_owned()).or_insert_with(|| json!({}));
        path[route.method.as_str().to_ascii_lowercase()] = operation;
    }
    let schemas = generator.take_definitions(true);
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Kehub", "version": version, "description": "Errors are `application/problem+json`. Decimals are numbers with their exact digits, or strings with `Prefer: decimals=string`." },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer" },
                "cookie": { "type": "apiKey", "in": "cookie", "name": "kehub_session" },
            },
        },
    })
}

fn operation(route: &Route, generator: &mut SchemaGenerator) -> Json {
    let in_path = names(route.path)
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }));
    let in_query =
        route.queries.iter().map(|name| json!({ "name": name, "in": "query", "schema": { "type": "string" } }));
    let mut operation = json!({
        "operationId": id(route),
        "summary": route.summary,
        "x-required-right": route.need.text(),
        "parameters": in_path.chain(in_query).collect::<Vec<_>>(),
        "responses": responses(route, generator),
    });
    operation["security"] =
        if route.need == Need::Public { json!([]) } else { json!([{ "bearer": [] }, { "cookie": [] }]) };
    if let Some(schema) = route.takes {
        let schema = schema(generator);
        operation["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": schema } } });
    }
    operation
}

fn responses(route: &Route, generator: &mut SchemaGenerator) -> Json {
    let ok = match route.gives {
        Some(schema) => {
            json!({ "description": "OK", "content": { "application/json": { "schema": schema(generator) } } })
        }
        None => json!({ "description": "OK" }),
    };
    let problem = json!({ "description": "Refused", "content": { "application/problem+json": { "schema": {
        "type": "object",
        "required": ["code", "detail", "problems", "request_id"],
        "properties": {
            "code": { "type": "string" }, "detail": { "type": "string" }, "request_id": { "type": "string" },
            "problems": { "type": "array", "items": { "type": "object", "properties": {
                "code": { "type": "string" }, "at": { "type": "string" }, "message": { "type": "string" } } } },
        } } } } });
    json!({ "2XX": ok, "4XX": problem })
}

/// The names in a path's braces.
pub(crate) fn names(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn id(route: &Route) -> String {
    let verb = match route.method {
        Method::GET => "get",
        Method::POST => "post",
        Method::PUT => "put",
        Method::PATCH => "patch",
        _ => "delete",
    };
    let path = route.path.trim_start_matches("/api/v1");
    let words: Vec<&str> = path.split(['/', '{', '}', '.']).filter(|word| !word.is_empty()).collect();
    format!("{verb}_{}", words.join("_"))
}
