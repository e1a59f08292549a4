-- name: CreateTenant :exec
INSERT INTO tenant (id, name, created_at, settings) VALUES ($1, $2, $3, $4);

-- name: RenameTenant :execrows
UPDATE tenant SET name = $2 WHERE id = $1;

-- name: Tenant :one
SELECT sqlc.embed(t),
    CAST(COALESCE((SELECT string_agg(h.host, ',' ORDER BY h.host) FROM tenant_host AS h WHERE h.tenant_id = t.id), '') AS TEXT) AS hosts,
    CAST(COALESCE((SELECT s.value FROM setting AS s WHERE s.name = 'tenant'), '') AS TEXT) AS home
FROM tenant AS t WHERE t.id = $1;

-- name: TenantByHost :one
-- A name that belongs to nobody else is the home organisation's.
SELECT sqlc.embed(t),
    CAST(COALESCE((SELECT string_agg(h.host, ',' ORDER BY h.host) FROM tenant_host AS h WHERE h.tenant_id = t.id), '') AS TEXT) AS hosts,
    CAST(COALESCE((SELECT s.value FROM setting AS s WHERE s.name = 'tenant'), '') AS TEXT) AS home
FROM tenant AS t WHERE t.id = COALESCE(
    (SELECT n.tenant_id FROM tenant_host AS n WHERE n.host = $1),
    (SELECT s.value FROM setting AS s WHERE s.name = 'tenant')
);

-- name: Tenants :many
SELECT sqlc.embed(t),
    CAST(COALESCE((SELECT string_agg(h.host, ',' ORDER BY h.host) FROM tenant_host AS h WHERE h.tenant_id = t.id), '') AS TEXT) AS hosts,
    CAST(COALESCE((SELECT s.value FROM setting AS s WHERE s.name = 'tenant'), '') AS TEXT) AS home
FROM tenant AS t
WHERE t.created_at > sqlc.arg(after_created) OR (t.created_at = sqlc.arg(after_created) AND t.id > sqlc.arg(after_id))
ORDER BY t.created_at, t.id LIMIT sqlc.arg(max);

-- name: HoldTenant :execrows
-- Keeps others from changing the organisation until the transaction ends.
UPDATE tenant SET name = name WHERE id = $1;

-- name: UpdateTenant :execrows
UPDATE tenant SET name = $2, accent = $3, places = $4, settings = $5 WHERE id = $1;

-- name: DeleteTenant :execrows
DELETE FROM tenant WHERE id = $1;

-- name: CountTenants :one
SELECT count(*) FROM tenant;

-- name: TenantMeetings :many
SELECT id FROM meeting WHERE tenant_id = $1;

-- name: DeleteTenantMeetings :exec
DELETE FROM meeting WHERE tenant_id = $1;

-- name: DeleteTenantAccounts :exec
DELETE FROM account WHERE tenant_id = $1;

-- name: AddTenantHost :exec
INSERT INTO tenant_host (host, tenant_id) VALUES ($1, $2);

-- name: DeleteTenantHosts :exec
DELETE FROM tenant_host WHERE tenant_id = $1;

-- name: TenantHosts :many
SELECT host FROM tenant_host ORDER BY host;

-- name: PutTenantLogo :exec
INSERT INTO tenant_logo (tenant_id, mime, content) VALUES ($1, $2, $3)
ON CONFLICT (tenant_id) DO UPDATE SET mime = excluded.mime, content = excluded.content;

-- name: DeleteTenantLogo :exec
DELETE FROM tenant_logo WHERE tenant_id = $1;

-- name: SetTenantLogoHash :execrows
UPDATE tenant SET logo_hash = $2 WHERE id = $1;

-- name: TenantLogo :one
SELECT mime, content FROM tenant_logo WHERE tenant_id = $1;
