{{- define "windfall.node" -}}
/usr/lib/windfall/node_modules/node/bin/node
{{- end -}}

{{- /* Kubernetes opens a mounted Secret to the pod's group, and Windfall takes no secret that anybody but itself may read: a copy in memory is its own. */ -}}
{{- define "windfall.take" -}}
- name: take-{{ .what }}
  image: {{ include "windfall.image" .root }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  command:
    - {{ include "windfall.node" .root }}
    - /usr/lib/windfall/resources/deploy/container/take-secrets.mjs
    - /from
    - /run/windfall/{{ .what }}
    {{- range .files }}
    - {{ . }}
    {{- end }}
  securityContext:
    {{- include "windfall.locked" .root | nindent 4 }}
  resources:
    requests: { cpu: 50m, memory: 64Mi }
    limits: { memory: 128Mi }
  volumeMounts:
    - { name: {{ .what }}, mountPath: /from, readOnly: true }
    - { name: own, mountPath: /run/windfall }
{{- end -}}

{{- define "windfall.pod" -}}
metadata:
  labels:
    {{- include "windfall.labels" . | nindent 4 }}
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .Values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "windfall.serviceAccount" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .Values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  # What it waits for while it drains, and time to close its database.
  terminationGracePeriodSeconds: {{ add (div (add .Values.drain.graceMs .Values.drain.limitMs) 1000) 20 }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    # Once only: what is secret on the volume may be open to no group.
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: { type: RuntimeDefault }
  {{- if or .Values.secretFiles .Values.keysSecret .Values.tlsSecret }}
  initContainers:
    {{- if .Values.secretFiles }}
    {{- include "windfall.take" (dict "root" . "what" "secrets" "files" (values .Values.secretFiles | uniq | sortAlpha)) | nindent 4 }}
    {{- end }}
    {{- if .Values.keysSecret }}
    {{- include "windfall.take" (dict "root" . "what" "keys" "files" (list "hot-wallet.pem" "receipt-key.pem" "log-key.pem" "api-key")) | nindent 4 }}
    {{- end }}
    {{- if .Values.tlsSecret }}
    {{- include "windfall.take" (dict "root" . "what" "tls" "files" (list "tls.crt" "tls.key")) | nindent 4 }}
    {{- end }}
  {{- end }}
  containers:
    - name: coordinator
      image: {{ include "windfall.image" . }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args: [coordinator, run]
      env:
        - { name: WINDFALL_COORDINATOR_HOST, value: 0.0.0.0 }
        - { name: WINDFALL_DRAIN_GRACE_MS, value: {{ .Values.drain.graceMs | int | quote }} }
        - { name: WINDFALL_DRAIN_LIMIT_MS, value: {{ .Values.drain.limitMs | int | quote }} }
        {{- if .Values.metrics.enabled }}
        - { name: WINDFALL_METRICS_HOST, value: 0.0.0.0 }
        - { name: WINDFALL_METRICS_PORT, value: {{ .Values.metrics.port | int | quote }} }
        {{- end }}
        {{- if .Values.keysSecret }}
        - { name: WINDFALL_SECRETS_DIRECTORY, value: /run/windfall/keys }
        {{- end }}
        {{- if .Values.tlsSecret }}
        - { name: WINDFALL_TLS_CERTIFICATE_FILE, value: /run/windfall/tls/tls.crt }
        - { name: WINDFALL_TLS_KEY_FILE, value: /run/windfall/tls/tls.key }
        {{- end }}
        {{- range $name, $key := .Values.secretFiles }}
        - { name: {{ $name }}_FILE, value: /run/windfall/secrets/{{ $key }} }
        {{- end }}
        {{- range $name, $value := .Values.settings }}
        - { name: {{ $name }}, value: {{ $value | quote }} }
        {{- end }}
      ports:
        - { name: http, containerPort: 7465, protocol: TCP }
        {{- if .Values.metrics.enabled }}
        - { name: metrics, containerPort: {{ .Values.metrics.port }}, protocol: TCP }
        {{- end }}
      startupProbe:
        httpGet: { path: /healthz, port: http, scheme: {{ include "windfall.scheme" . | upper }} }
        periodSeconds: 2
        timeoutSeconds: 5
        failureThreshold: 90
      livenessProbe:
        httpGet: { path: /healthz, port: http, scheme: {{ include "windfall.scheme" . | upper }} }
        periodSeconds: 15
        timeoutSeconds: 5
        failureThreshold: 4
      readinessProbe:
        httpGet: { path: /readyz, port: http, scheme: {{ include "windfall.scheme" . | upper }} }
        periodSeconds: 5
        timeoutSeconds: 5
        failureThreshold: 2
      securityContext:
        {{- include "windfall.locked" . | nindent 8 }}
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
      volumeMounts:
        - { name: data, mountPath: /var/lib/windfall }
        - { name: tmp, mountPath: /tmp }
        {{- if or .Values.secretFiles .Values.keysSecret .Values.tlsSecret }}
        - { name: own, mountPath: /run/windfall, readOnly: true }
        {{- end }}
  volumes:
    - { name: tmp, emptyDir: { sizeLimit: 1Gi } }
    {{- if .Values.secretFiles }}
    - { name: secrets, secret: { secretName: {{ .Values.existingSecret }} } }
    {{- end }}
    {{- if .Values.keysSecret }}
    - { name: keys, secret: { secretName: {{ .Values.keysSecret }} } }
    {{- end }}
    {{- if .Values.tlsSecret }}
    - { name: tls, secret: { secretName: {{ .Values.tlsSecret }} } }
    {{- end }}
    {{- if or .Values.secretFiles .Values.keysSecret .Values.tlsSecret }}
    - { name: own, emptyDir: { medium: Memory, sizeLimit: 1Mi } }
    {{- end }}
    {{- if eq .Values.database "postgres" }}
    # Its name, and what it is told to send: the books are in the database.
    - { name: data, emptyDir: { sizeLimit: 4Gi } }
    {{- else if .Values.persistence.existingClaim }}
    - { name: data, persistentVolumeClaim: { claimName: {{ .Values.persistence.existingClaim }} } }
    {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if .Values.affinity }}
  affinity:
    {{- toYaml .Values.affinity | nindent 4 }}
  {{- else if eq .Values.database "postgres" }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "windfall.selector" . | nindent 10 }}
  {{- end }}
{{- end -}}
