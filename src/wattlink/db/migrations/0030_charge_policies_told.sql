-- Partners are told, too, when what they say of a car's charging was changed last.

CREATE OR REPLACE FUNCTION device_notes(device uuid) RETURNS TABLE (notes jsonb) LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
               'created_at', device.created_at,
               'updated_at', device_state.updated_at,
               'state', nullif(account.state, 'good'),   -- which goes without saying
               'quiet_until', preferences.quiet_until,
               'building_id', preferences.building_id,
               'preferences', preferences.document,
               'changed_at', preferences.changed_at,
               'policy_changed_at', charge_policy.changed_at,
               'boost', CASE WHEN boost.device_id IS NOT NULL
                             THEN jsonb_build_object('device_id', boost.device_id, 'command_id', boost.command_id,
                                                     'command_state', command.state, 'is_armed', boost.is_armed) END,
               'email', app_user.email,
               'first_name', app_user.first_name,
               'last_name', app_user.last_name))
      FROM device
           JOIN device_state USING (device_id)
           JOIN account ON account.account_id = device.account_id
           JOIN app_user ON app_user.user_id = device.user_id
           LEFT JOIN device_preferences AS preferences USING (device_id)
           LEFT JOIN charge_policy USING (device_id)
           LEFT JOIN boost USING (device_id)
           LEFT JOIN command ON command.command_id = boost.command_id
     WHERE device.device_id = $1
$$;
