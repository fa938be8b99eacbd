{{- /* The engine's port follows the sidecar: behind it on decode pods, the service's own everywhere else. */}}
{{- define "port" -}}
{{- if and (eq .role "decode") .root.Values.routing.proxy.enabled -}}
{{ .root.Values.routing.proxy.targetPort }}
{{- else -}}
{{ .root.Values.routing.servicePort }}
{{- end -}}
{{- end }}

{{- define "local" -}}
{{- $p := .parallelism | default dict -}}
{{ $p.dataLocal | default (div (int ($p.data | default 1)) (int ($p.workers | default 1))) }}
{{- end }}

{{- /* GPUs as the product of what a pod computes with, where the container names none itself. */}}
{{- define "resources" -}}
{{- $a := merge (dict) (.spec.accelerator | default dict) .root.Values.accelerator -}}
{{- $limits := deepCopy ((.container.resources | default dict).limits | default dict) -}}
{{- $requests := deepCopy ((.container.resources | default dict).requests | default dict) -}}
{{- if ne $a.type "cpu" -}}
{{- $gpus := mul (int ((.spec.parallelism | default dict).tensor | default 1)) (int (include "local" .spec)) | toString -}}
{{- $name := required (printf "no resource of accelerator %s" $a.type) (index $a.resources $a.type) -}}
{{- range list $limits $requests -}}
{{- if not (hasKey . $name) -}}{{- $_ := set . $name $gpus -}}{{- end -}}
{{- end -}}
{{- end -}}
{{ dict "limits" $limits "requests" $requests | toYaml }}
{{- end }}

{{- define "container" -}}
{{- range $key, $_ := .container }}
{{- if not (has $key (list "name" "image" "imagePullPolicy" "modelCommand" "command" "args" "env" "ports" "resources" "mountModelVolume" "volumeMounts" "extraConfig")) }}
{{- fail (printf "the stand-in does not know %s of a container" $key) }}
{{- end }}
{{- end }}
{{- $model := .root.Values.modelArtifacts -}}
- name: {{ .container.name | default "vllm" }}
  image: {{ .container.image }}
  {{- with .container.imagePullPolicy }}
  imagePullPolicy: {{ . }}
  {{- end }}
  {{- with .container.extraConfig }}
  {{- tpl (toYaml .) $.root | nindent 2 }}
  {{- end }}
  {{- if eq (.container.modelCommand | default "custom") "vllmServe" }}
  {{- $path := regexReplaceAll "^pvc://[^/]+/" $model.uri "" }}
  command: [vllm, serve]
  args:
    - {{ printf "%s/%s" $model.mountPath $path | quote }}
    - --port
    - {{ include "port" . | quote }}
    {{- with (.spec.parallelism | default dict).tensor }}
    {{- if gt (int .) 1 }}
    - --tensor-parallel-size
    - {{ . | quote }}
    {{- end }}
    {{- end }}
    - --served-model-name
    - {{ $model.name | quote }}
    {{- with .container.args }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- else if eq .container.modelCommand "custom" }}
  command: {{ required "a custom container has a command" .container.command | toYaml | nindent 4 }}
  {{- with .container.args }}
  args: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- else }}
  {{- fail "the stand-in knows modelCommand vllmServe and custom" }}
  {{- end }}
  env:
    {{- with .container.env }}
    {{- tpl (toYaml .) $.root | nindent 4 }}
    {{- end }}
    - name: TP_SIZE
      value: {{ (.spec.parallelism | default dict).tensor | default 1 | quote }}
    {{- with $model.authSecretName }}
    - name: HF_TOKEN
      valueFrom: {secretKeyRef: {name: {{ . }}, key: HF_TOKEN}}
    {{- end }}
  {{- with .container.ports }}
  ports: {{ toYaml . | nindent 4 }}
  {{- end }}
  resources: {{ include "resources" . | nindent 4 }}
  volumeMounts:
    {{- with .container.volumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- if .container.mountModelVolume }}
    - name: model-storage
      mountPath: {{ $model.mountPath }}
      readOnly: {{ $model.readOnly }}
    {{- end }}
{{- end }}
